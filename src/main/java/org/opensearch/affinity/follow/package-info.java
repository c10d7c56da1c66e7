/**
 * From events to profiles and item rows.
 * <ul>
 * <li>{@code Follower} applies the events of one log shard, each exactly once: start reading there. {@code FollowLoop} restarts it
 * after a failure, {@code FollowTask} is the persistent task around it, {@code FollowTasks} starts and removes these tasks.
 * <li>{@code EventBatch} applies a batch of events: {@code EventBatch.applyTo} counts the skipped ones by reason. Duplicates and
 * limits are found by {@code Profile.apply}, erased events by {@code Erasure.skipReason}.
 * <li>{@code ItemRowUpdates} adds events to item rows; {@code Progress} is stored by {@code ProgressIndex}.
 * <li>{@code Rebuilds} builds a new profile generation beside the one in use, {@code Lag} tells how far it is.
 * </ul>
 */
package org.opensearch.affinity.follow;
