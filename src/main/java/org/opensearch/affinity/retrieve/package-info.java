/** Retrieval by vector: the queries {@code affinity}, {@code affinity_similar}, {@code affinity_text} and {@code affinity_seen}. */
package org.opensearch.affinity.retrieve;
