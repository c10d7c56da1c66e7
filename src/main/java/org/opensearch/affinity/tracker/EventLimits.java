package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * How much one user may say in a short time. Events beyond are remembered and counted, but change no interest.
 *
 * @param itemPerSession   events of one item
 * @param eventsPerSession events of all items
 * @param eventsPerMinute  over the last {@value History#MAX} events; who is faster is taken for a program
 */
public record EventLimits(int itemPerSession, int eventsPerSession, int eventsPerMinute) implements Writeable, ToXContentObject {
    static final EventLimits DEFAULT = new EventLimits(5, 500, 120);
    private static final int MAX = 1_000_000;

    EventLimits(StreamInput in) throws IOException {
        this(in.readVInt(), in.readVInt(), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVInt(itemPerSession);
        out.writeVInt(eventsPerSession);
        out.writeVInt(eventsPerMinute);
    }

    static EventLimits parse(ParsedObject said) {
        said.requireOnly("item_per_session", "events_per_session", "events_per_minute");
        return new EventLimits(
            said.wholeNumber("item_per_session", DEFAULT.itemPerSession, 1, MAX),
            said.wholeNumber("events_per_session", DEFAULT.eventsPerSession, 1, MAX),
            said.wholeNumber("events_per_minute", DEFAULT.eventsPerMinute, 1, MAX)
        );
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("item_per_session", itemPerSession).field("events_per_session", eventsPerSession);
        return builder.field("events_per_minute", eventsPerMinute).endObject();
    }
}
