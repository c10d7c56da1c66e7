/**
 * Scores documents for one search. {@code rescore} and {@code retrieve} call it.
 *
 * <ul>
 * <li>Where is the weight of a signal decided? {@link org.opensearch.affinity.rank.SignalWeights}. Precedence: {@code
 * AffinityRequestProcessor} puts the request over the pipeline, {@code AffinityRescorerBuilder} adds tracker, trained model and defaults
 * <li>Where is the strength of an interest decided? {@link org.opensearch.affinity.rank.interest.InterestWeights}
 * <li>Where do the values of signals come from? {@link org.opensearch.affinity.rank.ItemSignals}
 * <li>Where is the score made? {@link org.opensearch.affinity.rank.SignalScorer} adds affinity and signals up to the merit,
 * {@link org.opensearch.affinity.rank.Fusion} combines merit and relevance
 * <li>What happens when the profile is late? The search gets {@link org.opensearch.affinity.rank.Scoring#NONE}, from
 * {@link org.opensearch.affinity.rescore.AffinityRescorerBuilder}
 * </ul>
 *
 * <p>Per search: {@link org.opensearch.affinity.rank.Scoring}, made by the coordinator. Per shard:
 * {@link org.opensearch.affinity.rank.ItemSignals}, {@link org.opensearch.affinity.rank.RepeatItems}. Per segment:
 * {@link org.opensearch.affinity.rank.SignalScorer}. Per node: {@link org.opensearch.affinity.rank.RankNode}.
 */
package org.opensearch.affinity.rank;
