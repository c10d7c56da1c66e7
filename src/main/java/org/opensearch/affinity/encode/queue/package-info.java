/** The bounded queue of texts in front of one device, with priority for queries. */
package org.opensearch.affinity.encode.queue;
