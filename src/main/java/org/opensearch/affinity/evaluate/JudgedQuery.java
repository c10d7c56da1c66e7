package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.common.time.DateFormatter;
import org.opensearch.common.time.DateFormatters;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A query of a user, and the items that turned out to be relevant.
 *
 * @param text     the text that the user typed; empty for none
 * @param time     of the query, epoch milliseconds
 * @param relevant gains by item id, above 0; not empty
 */
public record JudgedQuery(String id, String user, String text, long time, Map<String, Double> relevant) implements Writeable {
    private static final Format FORMAT = Format.first(JudgedQuery.class);
    private static final DateFormatter TIME = DateFormatter.forPattern("strict_date_optional_time||epoch_millis");
    private static final String WANTED = "an object such as {\"user_id\": \"ann\", \"user_query\": \"lamp\", "
        + "\"timestamp\": \"2026-02-01T10:00:00Z\", \"relevant\": [\"p1\"]}";

    /** A judged query as it was sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);
        /** Documents may have other fields. */
        private static final BuilderParser<Builder> DOCUMENTS = BuilderParser.skippingUnknown(Builder::new);
        private static final ValueReader<String> ID = Values.id("an id, a string that is not blank");
        private static final String WHEN = "when the query was asked, such as [2026-01-15T10:00:00Z] or epoch milliseconds";
        private static final String RELEVANT = "a list of item ids, or an object such as {\"p1\": 1, \"p2\": 0.5} with gains above 0, "
            + "not empty";
        private static final ValueReader<List<String>> ITEMS = Values.list(Values.id("the id of an item"), 1, RELEVANT);
        private static final ValueReader<Map<String, Double>> GAINS = Values.map(
            RELEVANT,
            item -> Values.number("a gain above 0; leave out what is not relevant", gain -> gain > 0 && gain <= Double.MAX_VALUE)
        );

        static {
            declare(PARSER);
            declare(DOCUMENTS);
        }

        private String id;
        private String user;
        private String text = "";
        private Long time;
        private Map<String, Double> relevant = Map.of();

        private static void declare(BuilderParser<Builder> parser) {
            parser.declare("query_id", ID, (b, value) -> b.id = value);
            parser.declare("user_id", ID, (b, value) -> b.user = value);
            ValueReader<String> text = Values.text("what was typed, a string that is not blank; leave it out where nothing was");
            parser.declare("user_query", text, (b, value) -> b.text = value);
            parser.declare("timestamp", Builder::time, (b, value) -> b.time = value);
            parser.declare("relevant", Builder::relevant, (b, value) -> b.relevant = value);
        }

        private static long time(XContentParser parser, FieldPath path) throws IOException {
            String text = Values.id(WHEN).read(parser, path);
            try {
                return DateFormatters.from(TIME.parse(text)).toInstant().toEpochMilli();
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw path.mustBe(WHEN, text);
            }
        }

        private static Map<String, Double> relevant(XContentParser parser, FieldPath path) throws IOException {
            if (parser.currentToken() != XContentParser.Token.START_ARRAY) {
                return GAINS.read(parser, path);
            }
            Map<String, Double> relevant = new HashMap<>();
            ITEMS.read(parser, path).forEach(item -> relevant.put(item, 1.0));
            return relevant;
        }

        /** @param defaultId the id of a query without {@code query_id} */
        private JudgedQuery build(String defaultId, FieldPath path) {
            path.field("user_id").require(user, "name the user who asked the query");
            path.field("timestamp").require(time, "say when the query was asked, such as [2026-01-15T10:00:00Z]");
            if (relevant.isEmpty()) {
                throw path.field("relevant").error("must be " + RELEVANT);
            }
            return new JudgedQuery(id == null ? defaultId : id, user, text, time, relevant);
        }
    }

    /** The reader of a judged query in a request. Without {@code query_id} its path is its id. */
    static final ValueReader<JudgedQuery> READER = Builder.PARSER.reader(WANTED, (builder, path) -> builder.build(path.path(), path));

    /**
     * Reads a document that holds a judged query, beside other fields.
     *
     * @param source    of the document
     * @param defaultId the id of a query without {@code query_id}
     * @param path      of the document, for errors
     * @throws IllegalArgumentException naming the field, the value and what would be right
     */
    public static JudgedQuery of(Map<String, Object> source, String defaultId, FieldPath path) {
        return Builder.DOCUMENTS.parse(source, path).build(defaultId, path);
    }

    JudgedQuery(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private JudgedQuery(Frame in) throws IOException {
        this(
            in.readString(),
            in.readString(),
            in.readString(),
            in.readZLong(),
            in.readMap(StreamInput::readString, StreamInput::readDouble)
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(id);
            out.writeString(user);
            out.writeString(text);
            out.writeZLong(time);
            out.writeMap(relevant, StreamOutput::writeString, StreamOutput::writeDouble);
        }
    }

    Instant when() {
        return Instant.ofEpochMilli(time);
    }
}
