/**
 * Makes one score of relevance and interest. The way of a search: the coordinator fetches the profile ({@link
 * org.opensearch.affinity.rank.AffinityRescorerBuilder}), every shard compares its window with the interests ({@link
 * org.opensearch.affinity.rank.AffinityRescorer}), and {@link org.opensearch.affinity.rank.Fusion} makes the score.
 * The way of a retrieval: the coordinator looks up which vectors are meant ({@link
 * org.opensearch.affinity.rank.RetrievalQueryBuilder}), every shard finds the nearest items ({@link
 * org.opensearch.affinity.rank.NearestItems}).
 */
package org.opensearch.affinity.rank;
