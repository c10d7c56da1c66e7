/**
 * Follows the behaviour log and keeps one profile a user. The way of an event: {@link
 * org.opensearch.affinity.track.ReadEventsAction} reads it from its shard, {@link org.opensearch.affinity.track.Follower}
 * carries it, {@link org.opensearch.affinity.track.Profile} folds it into interests, {@link
 * org.opensearch.affinity.track.ProfileIndex} stores them. Whoever does not index events otherwise sends them to {@link
 * org.opensearch.affinity.track.RecordEventsAction}.
 */
package org.opensearch.affinity.track;
