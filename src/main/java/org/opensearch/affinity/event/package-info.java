/**
 * The behaviour log: writing UBI events into it and reading them back.
 * <ul>
 * <li>{@code RecordEventsAction} validates events ({@code UbiEvent}) and writes them. An event that is sent twice is written once.
 * <li>{@code ReadEventsAction} reads the documents of one shard in the order of their sequence numbers.
 * <li>{@link org.opensearch.affinity.event.EventReader#read} reads the events of a document, by the mapping of its index ({@code
 * EventReaders}, {@code TimeFormat}), and the reasons to skip others: {@link org.opensearch.affinity.event.Event.SkipReason} has all
 * reasons, also those that profiles find later.
 * <li>{@code LogShard} identifies a shard of the log; {@code ShardHistory} and {@code LogShardOrigin} do so across restores.
 * <li>{@code LogFilter} applies the filters of aliases to what {@code ReadEventsAction} reads.
 * <li>{@code UserEvents} deletes the events of one user.
 * </ul>
 */
package org.opensearch.affinity.event;
