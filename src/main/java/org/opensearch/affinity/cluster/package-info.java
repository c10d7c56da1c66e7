/** What all packages share in dealing with the cluster: documents of system indices, mapped fields, failures that may be logged. */
package org.opensearch.affinity.cluster;
