package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.item.GetItemVectorsAction;
import org.opensearch.affinity.rank.InterestVectors;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.ParseField;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * The query {@code affinity_text}: items that mean what a text says. The coordinator encodes it once a search, before all
 * items that wait. The score is the cosine of text and item, in (0, 1], and with a boost it adds to BM25 in a {@code bool}.
 */
public final class TextQueryBuilder extends RetrievalQueryBuilder<TextQueryBuilder> {
    public static final String NAME = "affinity_text";
    public static final TimeValue DEFAULT_TIMEOUT = TimeValue.timeValueMillis(500);

    private static final ConstructingObjectParser<Object[], Void> PARSER = new ConstructingObjectParser<>(NAME, args -> args);
    private static final int OWN = 5;

    static {
        PARSER.declareString(optionalConstructorArg(), new ParseField("text"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("field"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("tracker"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("model"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("timeout"));
        KnnParameters.declare(PARSER);
    }

    private final String text;
    private final String field;
    private final String tracker;
    private final String model;
    private final TimeValue timeout;

    /** @param field null for the vector field of the tracker, which is null if there is a field */
    private TextQueryBuilder(String text, String field, String tracker, String model, TimeValue timeout, KnnParameters reach) {
        super(reach);
        this.text = text;
        this.field = field;
        this.tracker = tracker;
        this.model = model;
        this.timeout = timeout;
    }

    public TextQueryBuilder(StreamInput in) throws IOException {
        super(in);
        text = in.readString();
        field = in.readOptionalString();
        tracker = in.readOptionalString();
        model = in.readString();
        timeout = in.readTimeValue();
    }

    @Override
    void writeOwn(StreamOutput out) throws IOException {
        out.writeString(text);
        out.writeOptionalString(field);
        out.writeOptionalString(tracker);
        out.writeString(model);
        out.writeTimeValue(timeout);
    }

    /** Every error names the field, the value and what would be right. */
    public static TextQueryBuilder fromXContent(XContentParser parser) {
        Object[] said = PARSER.apply(parser, null);
        String text = required(NAME, "text", said[0], "say what is to be found");
        String field = notEmpty(NAME, "field", said[1]);
        String tracker = notEmpty(NAME, "tracker", said[2]);
        if ((field == null) == (tracker == null)) {
            throw new IllegalArgumentException("[" + NAME + "] needs either [field], a vector field, or [tracker], whose vector field it is");
        }
        String model = said[3] == null ? EncodeProcessor.DEFAULT_MODEL : notEmpty(NAME, "model", said[3]);
        TimeValue timeout = said[4] == null ? DEFAULT_TIMEOUT : timeout((String) said[4]);
        KnnParameters reach = KnnParameters.of(NAME, said, OWN);
        return KnnParameters.dress(new TextQueryBuilder(text, field, tracker, model, timeout, reach), said, OWN);
    }

    private static TimeValue timeout(String said) {
        String wanted = "[" + NAME + "] [timeout] must be a time above 0 such as [200ms], got [" + said + "]";
        TimeValue timeout;
        try {
            timeout = TimeValue.parseTimeValue(said, "timeout");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wanted);
        }
        if (timeout.millis() <= 0) {
            throw new IllegalArgumentException(wanted);
        }
        return timeout;
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
            InterestVectors meaning = NearestQueryBuilder.near(vectorField, Map.of(text, encoded.vectors()[0]));
            // A field that was named is meant; a tracker's may be searched together with other indices.
            return Resolved.of(new NearestQueryBuilder(meaning, reach(), field == null));
        }));
    }

    @Override
    String unavailable() {
        return "[affinity_text] the text could not be encoded in time: the query [affinity_text] matches nothing";
    }

    @Override
    TextQueryBuilder copy() {
        return new TextQueryBuilder(text, field, tracker, model, timeout, reach());
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
