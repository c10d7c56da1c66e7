/**
 * From events to profiles and item rows.
 * <ul>
 * <li>{@link org.opensearch.affinity.follow.Follower} applies the events of one log shard, each exactly once: start reading there.
 * {@code FollowLoop} restarts it after a failure, {@code FollowTask} is the persistent task around it, {@code FollowTasks} starts and
 * removes these tasks.
 * <li>{@link org.opensearch.affinity.follow.EventBatch#applyTo} applies events and counts the skipped ones by reason. {@link
 * org.opensearch.affinity.profile.Profile#apply} finds duplicates and events that exceed limits, {@link
 * org.opensearch.affinity.profile.Erasure#skipReason} those that are erased.
 * <li>{@code ItemRowUpdates} adds events to item rows; {@code ProgressIndex} stores the {@code Progress}.
 * <li>{@code Rebuilds} builds a new profile generation beside the one in use; {@code Lag} tells how far it is.
 * </ul>
 */
package org.opensearch.affinity.follow;
