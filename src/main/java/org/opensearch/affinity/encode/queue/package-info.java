/** The bounded queue of texts for one device, with priority for queries, and its statistics. */
package org.opensearch.affinity.encode.queue;
