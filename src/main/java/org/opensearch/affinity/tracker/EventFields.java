package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.List;

/**
 * Where in a document of the log the parts of an event stand: dotted paths. The defaults are those of UBI 1.3.0.
 *
 * @param user   the first of them that has a value names the user
 * @param item   the item's id
 * @param action what was done
 * @param time   a date, ISO 8601 or epoch milliseconds
 * @param id     of the event; {@code _id} for that of the document
 */
public record EventFields(List<String> user, String item, String action, String time, String id) implements Writeable, ToXContentObject {
    public static final String DOCUMENT_ID = "_id";
    public static final EventFields UBI = new EventFields(
        List.of("user_id", "client_id"),
        "event_attributes.object.object_id",
        "action_name",
        "timestamp",
        DOCUMENT_ID
    );
    private static final String WANTED = "the path of a field such as [event_attributes.object.object_id]";

    EventFields(StreamInput in) throws IOException {
        this(in.readStringList(), in.readString(), in.readString(), in.readString(), in.readString());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeStringCollection(user);
        out.writeString(item);
        out.writeString(action);
        out.writeString(time);
        out.writeString(id);
    }

    public static EventFields parse(ParsedObject said) {
        said.requireOnly("user", "item", "action", "time", "id");
        return new EventFields(
            said.texts("user", UBI.user, WANTED),
            said.text("item", UBI.item, WANTED),
            said.text("action", UBI.action, WANTED),
            said.text("time", UBI.time, WANTED),
            said.text("id", UBI.id, WANTED)
        );
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("user", user).field("item", item).field("action", action);
        return builder.field("time", time).field("id", id).endObject();
    }
}
