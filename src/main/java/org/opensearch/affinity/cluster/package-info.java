/** Shared access to the cluster: documents of system indices, fields of mappings, exceptions that may be logged. */
package org.opensearch.affinity.cluster;
