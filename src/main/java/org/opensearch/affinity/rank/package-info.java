/**
 * Makes one score of relevance and interest. The way of a search: the coordinator fetches the profile ({@link
 * org.opensearch.affinity.rank.AffinityRescorerBuilder}), every shard compares its window with the interests ({@link
 * org.opensearch.affinity.rank.AffinityRescorer}), and {@link org.opensearch.affinity.rank.Fusion} makes the score.
 */
package org.opensearch.affinity.rank;
