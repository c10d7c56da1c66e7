/**
 * Finds items by vector: the queries {@code affinity}, {@code affinity_similar} and {@code affinity_text}; and by history:
 * {@code affinity_seen}.
 *
 * <ol>
 * <li>{@link org.opensearch.affinity.retrieve.RetrievalQueryBuilder} looks up the vectors of a query, on the coordinator. If they are late
 * or cannot be read, the query matches nothing, with a warning.
 * <li>{@link org.opensearch.affinity.retrieve.NearestQueryBuilder} carries the vectors to the shards.
 * <li>{@link org.opensearch.affinity.retrieve.NearestItems} finds the nearest items of a shard and scores them by their affinity.
 * </ol>
 */
package org.opensearch.affinity.retrieve;
