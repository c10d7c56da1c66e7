package org.opensearch.affinity.event;

import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.bytes.CompositeBytesReference;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import static java.util.Map.entry;

/**
 * A valid event of UBI 1.3.0 as it is written to the log. The schema is that of
 * {@code https://o19s.github.io/ubi/schema/1.3.0/event.schema.json} with these differences: {@code timestamp} and {@code
 * event_attributes.position} are optional, because not every event happens in a list of results; {@code position} may have both
 * {@code ordinal} and {@code xy}; required strings must not be empty. Properties that the schema does not define are kept.
 *
 * @param id     the value of {@code event_id}, which UBI does not define: the document's id; null to generate one
 * @param source the bytes that were sent; if they had no {@code timestamp}, with the time of arrival added
 */
record UbiEvent(String id, BytesReference source) {
    private static final String ID = "event_id";
    private static final String TIMESTAMP = "timestamp";
    private static final String ACTION = "action_name";
    private static final String OBJECT = "event_attributes.object";
    private static final String OBJECT_ID = OBJECT + ".object_id";
    private static final String POSITION = "event_attributes.position";

    private static final FieldRule NAME = FieldRule.text(0, 100);
    private static final Map<String, FieldRule> RULES = Map.ofEntries(
        entry(ID, FieldRule.documentId(512)),
        entry(ACTION, FieldRule.text(1, 100)),
        entry(TIMESTAMP, FieldRule.TIME),
        entry("application", NAME),
        entry("query_id", NAME),
        entry("session_id", NAME),
        entry("client_id", NAME),
        entry("user_id", NAME.orNull()),
        entry("message_type", NAME),
        entry("message", FieldRule.text(0, 1024)),
        entry("event_attributes", FieldRule.OBJECT),
        entry(OBJECT, FieldRule.OBJECT),
        entry(OBJECT_ID, FieldRule.text(1, 256).or(FieldRule.WHOLE)),
        entry(OBJECT + ".object_id_type", NAME),
        entry(OBJECT + ".object_id_field", NAME),
        entry(OBJECT + ".internal_id", FieldRule.text(0, 256).or(FieldRule.WHOLE)),
        entry(POSITION, FieldRule.OBJECT),
        entry(POSITION + ".ordinal", FieldRule.WHOLE),
        entry(POSITION + ".xy", FieldRule.OBJECT),
        entry(POSITION + ".xy.x", FieldRule.NUMBER),
        entry(POSITION + ".xy.y", FieldRule.NUMBER)
    );

    /** Thrown by {@link #parse}. The message names the field, its value and the valid values. */
    static final class InvalidException extends Exception {
        InvalidException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Parses and validates an event.
     *
     * @param json    one JSON object
     * @param arrival the timestamp of an event without one
     * @throws InvalidException if the bytes are not one JSON object, or a field is missing or invalid
     */
    static UbiEvent parse(BytesReference json, Instant arrival) throws InvalidException {
        int start = start(json);
        Fields fields = new Fields();
        try (XContentParser parser = parser(json)) {
            parser.nextToken();
            fields.read(parser, "");
            if (parser.nextToken() != null) {
                throw new InvalidException("unexpected content after the event; wanted one event a line");
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidException("the event is not valid JSON: " + e.getMessage().lines().findFirst().orElse(""));
        }
        fields.checkPresent();
        return new UbiEvent(fields.id, fields.has(TIMESTAMP) ? json : withTimestamp(json, start, arrival));
    }

    private static XContentParser parser(BytesReference json) throws IOException {
        return XContentHelper.createParser(
            NamedXContentRegistry.EMPTY,
            LoggingDeprecationHandler.INSTANCE,
            json,
            MediaTypeRegistry.JSON
        );
    }

    /** Returns the offset of the object's opening brace. */
    private static int start(BytesReference json) throws InvalidException {
        int start = 0;
        while (start < json.length() && Character.isWhitespace(json.get(start))) {
            start++;
        }
        if (start == json.length() || json.get(start) != '{') {
            throw new InvalidException("the event is not a JSON object");
        }
        return start;
    }

    /** Inserts the timestamp before the first property. There is one: the action's name is required. */
    private static BytesReference withTimestamp(BytesReference json, int start, Instant arrival) {
        BytesReference timestamp = new BytesArray("{\"" + TIMESTAMP + "\":\"" + arrival + "\",");
        return CompositeBytesReference.of(timestamp, json.slice(start + 1, json.length() - start - 1));
    }

    /** The paths of the fields that an event has, and its id. */
    private static final class Fields {
        private final Set<String> found = new HashSet<>();
        private String id;

        boolean has(String path) {
            return found.contains(path);
        }

        /** Reads the object that the parser is in, and checks each field that has a rule. */
        void read(XContentParser parser, String prefix) throws IOException, InvalidException {
            while (parser.nextToken() != Token.END_OBJECT) {
                String path = prefix + parser.currentName();
                parser.nextToken();
                FieldRule rule = RULES.get(path);
                if (rule == null) {
                    parser.skipChildren();
                    continue;
                }
                rule.apply(path, parser);
                found.add(path);
                if (parser.currentToken() == Token.START_OBJECT) {
                    read(parser, path + ".");
                } else if (path.equals(ID)) {
                    id = parser.text();
                }
            }
        }

        /** Checks that required fields are there. */
        void checkPresent() throws InvalidException {
            require(ACTION, "the name of the action, such as [click]");
            if (has(OBJECT)) {
                require(OBJECT_ID, "the id of the item");
            }
            if (has(POSITION) && has(POSITION + ".ordinal") == false && has(POSITION + ".xy") == false) {
                throw new InvalidException("[" + POSITION + "] has neither [ordinal] nor [xy]; wanted one of them");
            }
            if (has(POSITION + ".xy")) {
                require(POSITION + ".xy.x", "a number");
                require(POSITION + ".xy.y", "a number");
            }
        }

        private void require(String path, String expected) throws InvalidException {
            if (has(path) == false) {
                throw new InvalidException("[" + path + "] is required: " + expected);
            }
        }
    }
}
