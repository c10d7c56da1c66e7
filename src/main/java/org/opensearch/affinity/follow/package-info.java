/**
 * From events to profiles and item rows.
 * <ul>
 * <li>{@link org.opensearch.affinity.follow.Follower} applies the events of one log shard, each exactly once: start reading there.
 * {@link org.opensearch.affinity.follow.Followers} starts and stops a {@code FollowLoop} for each log shard whose primary is on this
 * node; the loop restarts the follower after a failure, and {@code FollowTask} shows it and its {@code FollowStatus} in the list of tasks.
 * <li>{@code ProfileUpdates} applies a batch to profiles, few at a time; {@code Steps} ends a run at the first failure.
 * <li>{@link org.opensearch.affinity.follow.EventBatch#applyTo} applies events and counts the skipped ones by reason. {@link
 * org.opensearch.affinity.profile.Profile#apply} finds duplicates and events that exceed limits, {@link
 * org.opensearch.affinity.profile.Erasure#skipReason} those that are erased.
 * <li>{@code ItemRowUpdates} adds events to item rows; {@code ProgressIndex} stores the {@code Progress}.
 * <li>{@code Rebuilds} builds a new profile generation beside the one in use; {@code RebuildLag} tells how far it is, and {@link
 * org.opensearch.affinity.tracker.ProfileGenerations#finish} makes it the one in use.
 * </ul>
 */
package org.opensearch.affinity.follow;
