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
import java.util.List;

/**
 * The fields of a document of the log that make an event, as dotted paths. The defaults are those of UBI 1.3.0.
 *
 * @param user   not empty; the first of them that has a value names the user
 * @param item   the item's id
 * @param action the name of the action
 * @param time   a date, ISO 8601 or epoch milliseconds
 * @param id     the event's id; {@code _id} for the id of the document
 * @param rating the user's rating of the item, a number; UBI does not define it
 */
public record EventFields(List<String> user, String item, String action, String time, String id, String rating)
    implements
        Writeable,
        ToXContentObject {
    /** Format 2 has {@code rating}; before, it was read from the default path. */
    private static final Format FORMAT = Format.first(EventFields.class).withField(2);
    public static final String DOCUMENT_ID = "_id";
    public static final EventFields UBI = new EventFields(
        List.of("user_id", "client_id"),
        "event_attributes.object.object_id",
        "action_name",
        "timestamp",
        DOCUMENT_ID,
        "event_attributes.rating"
    );

    /** The fields as they were sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            String wanted = "the path of a field such as [event_attributes.object.object_id]";
            ValueReader<String> path = Values.text(wanted);
            PARSER.declare("user", Values.oneOrList(path, 1, wanted + ", or a list of them"), (b, value) -> b.user = value);
            PARSER.declare("item", path, (b, value) -> b.item = value);
            PARSER.declare("action", path, (b, value) -> b.action = value);
            PARSER.declare("time", path, (b, value) -> b.time = value);
            PARSER.declare("id", path, (b, value) -> b.id = value);
            PARSER.declare("rating", path, (b, value) -> b.rating = value);
        }

        private List<String> user = UBI.user;
        private String item = UBI.item;
        private String action = UBI.action;
        private String time = UBI.time;
        private String id = UBI.id;
        private String rating = UBI.rating;

        private EventFields build() {
            return new EventFields(List.copyOf(user), item, action, time, id, rating);
        }
    }

    static final ValueReader<EventFields> READER = Builder.PARSER.reader(
        "an object such as {\"item\": \"product.id\"}",
        (builder, path) -> builder.build()
    );

    EventFields(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private EventFields(Frame in) throws IOException {
        this(
            in.readStringList(),
            in.readString(),
            in.readString(),
            in.readString(),
            in.readString(),
            in.format() < 2 ? UBI.rating : in.readString()
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeStringCollection(user);
            out.writeString(item);
            out.writeString(action);
            out.writeString(time);
            out.writeString(id);
            out.writeString(rating);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("user", user).field("item", item).field("action", action);
        return builder.field("time", time).field("id", id).field("rating", rating).endObject();
    }
}
