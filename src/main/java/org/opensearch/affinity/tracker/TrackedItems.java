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
import java.util.List;

/**
 * The items of a tracker.
 *
 * @param index       name, alias or pattern of the searched indices
 * @param idField     keyword field that holds the item's id, or {@code _id}
 * @param vectorField the item's vector
 * @param textFields  fields that describe an item in words, for explanations and for the signals {@code match_<field>}; may be empty
 */
public record TrackedItems(String index, String idField, String vectorField, List<String> textFields)
    implements
        Writeable,
        ToXContentObject {
    private static final Format FORMAT = Format.first(TrackedItems.class);
    private static final String DOCUMENT_ID = "_id";
    private static final String WANTED = "the name or alias of an index, or a pattern such as [products-*]";

    /** The items as they were sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            ValueReader<String> field = Values.text("the name of a field");
            PARSER.declare("index", Values.text(WANTED), (b, value) -> b.index = value);
            PARSER.declare("id_field", field, (b, value) -> b.idField = value);
            PARSER.declare("vector_field", field, (b, value) -> b.vectorField = value);
            PARSER.declare("text_fields", Values.oneOrList(field, 0, "a list of names of fields"), (b, value) -> b.textFields = value);
        }

        private String index;
        private String idField = DOCUMENT_ID;
        private String vectorField;
        private List<String> textFields = List.of();

        private TrackedItems build(FieldPath path) {
            path.field("index").require(index, "name the index that is searched");
            IndexExpressions.requireLegal(index, WANTED, path.field("index"));
            path.field("vector_field").require(vectorField, "name the field that holds the vectors of items");
            return new TrackedItems(index, idField, vectorField, List.copyOf(textFields));
        }
    }

    static final ValueReader<TrackedItems> READER = Builder.PARSER.reader(
        "an object such as {\"index\": \"products\", \"vector_field\": \"item_vector\"}",
        Builder::build
    );

    TrackedItems(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private TrackedItems(Frame in) throws IOException {
        this(in.readString(), in.readString(), in.readString(), in.readStringList());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(index);
            out.writeString(idField);
            out.writeString(vectorField);
            out.writeStringCollection(textFields);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("index", index).field("id_field", idField);
        return builder.field("vector_field", vectorField).field("text_fields", textFields).endObject();
    }
}
