/**
 * The behaviour log: writing UBI events into it and reading them back.
 * <ul>
 * <li>{@code RecordEventsAction} validates events ({@code UbiEvent}) and writes them. An event that is sent twice is written once.
 * <li>{@code ReadEventsAction} reads the documents of one shard in the order of their sequence numbers.
 * <li>{@code EventReader} reads the {@code Event} of a document, or the reason to skip it ({@code Event.SkipReason}).
 * <li>{@code LogShard} identifies a shard of the log; {@code ShardHistory} and {@code LogShardOrigin} do so across restores.
 * <li>{@code UserEvents} deletes the events of one user.
 * </ul>
 */
package org.opensearch.affinity.event;
