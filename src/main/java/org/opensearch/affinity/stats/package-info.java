/** What each node does and holds, of all parts of the data path. */
package org.opensearch.affinity.stats;
