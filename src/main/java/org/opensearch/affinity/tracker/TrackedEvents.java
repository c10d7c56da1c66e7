package org.opensearch.affinity.tracker;

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
import java.util.regex.Pattern;

/**
 * The events that a tracker follows.
 *
 * @param index  names, aliases or patterns of indices, separated by commas
 * @param fields the fields of an event's document
 */
public record TrackedEvents(String index, EventFields fields) implements Writeable, ToXContentObject {
    private static final Pattern INDEX = Pattern.compile("[.\\p{Ll}\\p{Lo}\\p{Nd}][^\\p{Lu}\\\\/*?\"<>| ,#:]*");
    private static final int MAX_INDEX_LENGTH = 255;
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
                requireLegal(expression, indexPath);
            }
            return events;
        }

        /** Requires one name, alias or pattern. Wildcards alone are refused: they would follow every index of the cluster. */
        private static void requireLegal(String expression, FieldPath path) {
            String name = expression.replace("*", "");
            if (expression.equals("_all") || expression.isEmpty() == false && name.isEmpty()) {
                throw path.mustBe(WANTED + "; a pattern needs letters, as [*] alone would follow every index of the cluster", expression);
            }
            boolean legal = INDEX.matcher(name).matches() && name.length() <= MAX_INDEX_LENGTH;
            if (legal == false || name.startsWith(IndexNames.PREFIX)) {
                throw path.mustBe(WANTED, expression);
            }
        }
    }

    static final ValueReader<TrackedEvents> READER = Builder.PARSER.reader("an object such as {\"index\": \"ubi_events\"}", Builder::build);

    TrackedEvents(StreamInput in) throws IOException {
        this(in.readString(), new EventFields(in));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(index);
        fields.writeTo(out);
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
