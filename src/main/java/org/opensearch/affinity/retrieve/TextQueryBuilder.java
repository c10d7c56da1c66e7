package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.item.GetItemVectorsAction;
import org.opensearch.affinity.rank.interest.InterestVectors;
import org.opensearch.affinity.tracker.Parameter;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The query {@code affinity_text}: items whose meaning is near that of a text. The coordinator encodes the text once a search, before
 * waiting texts of items. The score is the cosine of text and item, in (0, 1]; in a {@code bool} it is added to BM25, times its boost.
 */
public final class TextQueryBuilder extends RetrievalQueryBuilder<TextQueryBuilder> {
    private static final Format FORMAT = Format.first(TextQueryBuilder.class);
    public static final String NAME = "affinity_text";
    public static final TimeValue DEFAULT_TIMEOUT = TimeValue.timeValueMillis(500);
    private static final FieldPath PATH = FieldPath.body("[" + NAME + "] ");

    /** The query as it was sent. */
    private static final class Builder extends KnnParameters.Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            PARSER.declare("text", Values.text("the text to find items for"), (b, value) -> b.text = value);
            PARSER.declare("field", Values.text("the name of a vector field"), (b, value) -> b.field = value);
            PARSER.declare("tracker", Parameter.TRACKER.reader(), (b, value) -> b.tracker = value);
            PARSER.declare("model", Values.text("the name of a model"), (b, value) -> b.model = value);
            PARSER.declare("timeout", Values.time("[200ms]"), (b, value) -> b.timeout = value);
            KnnParameters.Builder.declare(PARSER);
        }

        private String text;
        private String field;
        private String tracker;
        private String model = EncodeProcessor.DEFAULT_MODEL;
        private TimeValue timeout = DEFAULT_TIMEOUT;

        private TextQueryBuilder build() {
            PATH.field("text").require(text, "give the text to find items for");
            if ((field == null) == (tracker == null)) {
                throw PATH.failure("needs either [field], a vector field, or [tracker], whose vector field it is");
            }
            return named(new TextQueryBuilder(text, field, tracker, model, timeout, knn()));
        }
    }

    private final String text;
    private final String field;
    private final String tracker;
    private final String model;
    private final TimeValue timeout;

    /**
     * @param field   the searched field; null if there is a tracker
     * @param tracker whose vector field is searched; null if there is a field
     */
    private TextQueryBuilder(String text, String field, String tracker, String model, TimeValue timeout, KnnParameters knn) {
        super(knn);
        this.text = text;
        this.field = field;
        this.tracker = tracker;
        this.model = model;
        this.timeout = timeout;
    }

    public TextQueryBuilder(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        text = in.readString();
        field = in.readOptionalString();
        tracker = in.readOptionalString();
        model = in.readString();
        timeout = in.readTimeValue();
    }

    @Override
    void writeOwn(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(text);
            out.writeOptionalString(field);
            out.writeOptionalString(tracker);
            out.writeString(model);
            out.writeTimeValue(timeout);
        }
    }

    /** @throws IllegalArgumentException naming the field, the value and what would be right */
    public static TextQueryBuilder fromXContent(XContentParser parser) throws IOException {
        return Builder.PARSER.parse(parser, PATH).build();
    }

    @Override
    void resolve(Client client, ActionListener<Resolved> listener) {
        if (field != null) {
            encode(client, field, listener);
            return;
        }
        GetItemVectorsAction.Request get = new GetItemVectorsAction.Request(tracker, List.of(), timeout);
        client.execute(GetItemVectorsAction.INSTANCE, get, ActionListener.wrap(found -> {
            encode(client, found.tracker().items().vectorField(), listener);
        }, listener::onFailure));
    }

    private void encode(Client client, String vectorField, ActionListener<Resolved> listener) {
        EncodeAction.Request encode = new EncodeAction.Request(model, Purpose.QUERY, Chunking.TRUNCATE, List.of(text), timeout);
        client.execute(EncodeAction.INSTANCE, encode, ActionListener.map(listener, encoded -> {
            InterestVectors vectors = NearestQueryBuilder.near(vectorField, Map.of(text, encoded.vectors()[0]));
            // An index without the field is an error if the query names the field. A tracker's index may be searched with others.
            return Resolved.of(new NearestQueryBuilder(vectors, knn(), field == null));
        }));
    }

    @Override
    String unavailable() {
        return "[affinity_text] the text could not be encoded in time: the query [affinity_text] matches nothing";
    }

    @Override
    TextQueryBuilder copy() {
        return new TextQueryBuilder(text, field, tracker, model, timeout, knn());
    }

    @Override
    void ownXContent(XContentBuilder builder) throws IOException {
        builder.field("text", text);
        if (field != null) {
            builder.field("field", field);
        } else {
            builder.field("tracker", tracker);
        }
        builder.field("model", model).field("timeout", timeout.getStringRep());
    }

    @Override
    boolean equalsOwn(TextQueryBuilder other) {
        return text.equals(other.text)
            && Objects.equals(field, other.field)
            && Objects.equals(tracker, other.tracker)
            && model.equals(other.model)
            && timeout.equals(other.timeout);
    }

    @Override
    int hashOwn() {
        return Objects.hash(text, field, tracker, model, timeout);
    }

    @Override
    public String getName() {
        return NAME;
    }
}
