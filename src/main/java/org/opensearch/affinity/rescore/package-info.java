/**
 * Personalises the best documents of an ordinary search.
 *
 * <ol>
 * <li>{@link org.opensearch.affinity.rescore.AffinityRequestProcessor} adds the rescorer to a search with {@code ext.affinity}.
 * <li>{@link org.opensearch.affinity.rescore.AffinityRescorerBuilder} fetches the profile, on the coordinator. If it is late or cannot be
 * read, the search continues without personalisation, with a warning.
 * <li>{@link org.opensearch.affinity.rescore.AffinityRescorer} rescores the window of a shard, and explains scores.
 * <li>{@link org.opensearch.affinity.rescore.ReasonsFetchSubPhase} adds reasons to hits.
 * </ol>
 *
 * <p>{@link org.opensearch.affinity.rescore.SignalLoggingSearch} is the variant for training, which adds signals to hits and changes no
 * score.
 */
package org.opensearch.affinity.rescore;
