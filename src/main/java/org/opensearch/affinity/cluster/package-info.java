/**
 * What all packages share in dealing with the cluster: documents of system indices, parts of the cluster state's metadata, actions that ask
 * every node, mapped fields, failures that may be logged.
 */
package org.opensearch.affinity.cluster;
