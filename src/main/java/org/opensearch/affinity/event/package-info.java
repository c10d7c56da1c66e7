/**
 * The behaviour log. {@code RecordEventsAction} writes UBI events into it, {@code ReadEventsAction} reads one shard of it in the order of
 * sequence numbers, {@code EventReader} turns a document into an {@code Event}.
 */
package org.opensearch.affinity.event;
