package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * How many events of one user may change interests. Further events are counted and added to the history only.
 *
 * @param itemPerSession   events of one item
 * @param eventsPerSession events of all items
 * @param eventsPerMinute  the rate over the events of a full history; users above it are taken for programs
 */
public record EventLimits(int itemPerSession, int eventsPerSession, int eventsPerMinute) implements Writeable, ToXContentObject {
    private static final Format FORMAT = Format.first(EventLimits.class);
    static final EventLimits DEFAULT = new EventLimits(5, 500, 120);
    private static final int MAX = 1_000_000;

    /** The limits as they were sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            PARSER.declare("item_per_session", Values.wholeNumber(1, MAX), (b, value) -> b.itemPerSession = value);
            PARSER.declare("events_per_session", Values.wholeNumber(1, MAX), (b, value) -> b.eventsPerSession = value);
            PARSER.declare("events_per_minute", Values.wholeNumber(1, MAX), (b, value) -> b.eventsPerMinute = value);
        }

        private int itemPerSession = DEFAULT.itemPerSession;
        private int eventsPerSession = DEFAULT.eventsPerSession;
        private int eventsPerMinute = DEFAULT.eventsPerMinute;

        private EventLimits build() {
            return new EventLimits(itemPerSession, eventsPerSession, eventsPerMinute);
        }
    }

    static final ValueReader<EventLimits> READER = Builder.PARSER.reader(
        "an object such as {\"item_per_session\": 5}",
        (builder, path) -> builder.build()
    );

    EventLimits(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private EventLimits(Frame in) throws IOException {
        this(in.readVInt(), in.readVInt(), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(itemPerSession);
            out.writeVInt(eventsPerSession);
            out.writeVInt(eventsPerMinute);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("item_per_session", itemPerSession).field("events_per_session", eventsPerSession);
        return builder.field("events_per_minute", eventsPerMinute).endObject();
    }
}
