package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * The events that a tracker follows.
 *
 * @param index  names, aliases or patterns of indices, separated by commas
 * @param fields the fields of an event's document
 */
public record TrackedEvents(String index, EventFields fields) implements Writeable, ToXContentObject {
    private static final Format FORMAT = Format.first(TrackedEvents.class);
    private static final String WANTED = "names, aliases or patterns such as [ubi_events] or [ubi-*], separated by commas";

    /** The events as they were sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            PARSER.declare("index", Values.text(WANTED), (b, value) -> b.index = value);
            PARSER.declare("fields", EventFields.READER, (b, value) -> b.fields = value);
        }

        private String index;
        private EventFields fields = EventFields.UBI;

        private TrackedEvents build(FieldPath path) {
            FieldPath indexPath = path.field("index");
            TrackedEvents events = new TrackedEvents(indexPath.require(index, "name the index that events are written to"), fields);
            for (String expression : events.expressions()) {
                IndexExpressions.requireLegal(expression, WANTED, indexPath);
            }
            return events;
        }
    }

    static final ValueReader<TrackedEvents> READER = Builder.PARSER.reader("an object such as {\"index\": \"ubi_events\"}", Builder::build);

    TrackedEvents(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private TrackedEvents(Frame in) throws IOException {
        this(in.readString(), new EventFields(in));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(index);
            fields.writeTo(out);
        }
    }

    /** The names, aliases and patterns, one by one. */
    public String[] expressions() {
        return index.split(",", -1);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("index", index);
        if (fields.equals(EventFields.UBI) == false) {
            builder.field("fields", fields);
        }
        return builder.endObject();
    }
}
