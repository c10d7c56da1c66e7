/** The statistics of each node's encoder and ranking. */
package org.opensearch.affinity.stats;
