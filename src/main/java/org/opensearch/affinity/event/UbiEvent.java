package org.opensearch.affinity.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import static java.util.Map.entry;

/**
 * A valid event of UBI 1.3.0 as it is written to the log. The schema is that of
 * {@code https://o19s.github.io/ubi/schema/1.3.0/event.schema.json} with these differences, so that everything is accepted that {@link
 * EventReader} reads:
 * <ul>
 * <li>{@code timestamp} and {@code event_attributes.position} are optional, because not every event happens in a list of results.
 * <li>A property that is null or an empty list is missing. A list of one value is that value.
 * <li>{@code object} may be a list of objects, such as a cart, and {@code object_id} a list of ids.
 * <li>Ids and names may be numbers, and times may have any format that the index reads.
 * <li>{@code position} may have both {@code ordinal} and {@code xy}, or neither of them, as in earlier versions of UBI.
 * </ul>
 * Properties that the schema does not define are kept.
 *
 * @param id      the value of {@code event_id}, which UBI does not define: the document's id; null to generate one
 * @param source  the bytes that were sent; if they had no {@code timestamp}, with the time of arrival added
 * @param warning why trackers will skip the event although it is written, or what UBI does not allow; null without a warning
 */
record UbiEvent(String id, BytesReference source, String warning) {
    private static final String ID = "event_id";
    private static final String TIMESTAMP = "timestamp";
    private static final String ACTION = "action_name";
    private static final String USER = "user_id";
    private static final String CLIENT = "client_id";
    private static final String ATTRIBUTES = "event_attributes";
    private static final String OBJECT = ATTRIBUTES + ".object";
    private static final String OBJECT_ID = OBJECT + ".object_id";
    private static final String POSITION = ATTRIBUTES + ".position";
    private static final String XY = POSITION + ".xy";

    private static final FieldRule TEXT = FieldRule.text(0, 100);
    private static final FieldRule NAME = TEXT.or(FieldRule.NUMBER);
    private static final Map<String, FieldRule> RULES = Map.ofEntries(
        entry(ID, FieldRule.documentId(512)),
        entry(ACTION, NAME),
        entry("application", TEXT),
        entry("query_id", NAME),
        entry("session_id", NAME),
        entry(CLIENT, NAME),
        entry(USER, NAME),
        entry("message_type", TEXT),
        entry("message", FieldRule.text(0, 1024)),
        entry(ATTRIBUTES, FieldRule.OBJECT),
        entry(OBJECT, FieldRule.OBJECT),
        entry(OBJECT_ID, FieldRule.text(0, 256).or(FieldRule.NUMBER)),
        entry(OBJECT + ".object_id_type", TEXT),
        entry(OBJECT + ".object_id_field", TEXT),
        entry(OBJECT + ".internal_id", FieldRule.text(0, 256).or(FieldRule.WHOLE)),
        entry(POSITION, FieldRule.OBJECT),
        entry(POSITION + ".ordinal", FieldRule.WHOLE),
        entry(XY, FieldRule.OBJECT),
        entry(XY + ".x", FieldRule.NUMBER),
        entry(XY + ".y", FieldRule.NUMBER)
    );
    /** Properties that may have several values. */
    private static final Set<String> LISTS = Set.of(ATTRIBUTES, OBJECT, OBJECT_ID, POSITION);
    private static final JsonFactory FACTORY = new JsonFactory();

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
     * @param format  of times in the index
     * @throws InvalidException if the bytes are not one JSON object, or a field is missing or invalid
     */
    static UbiEvent parse(BytesReference json, Instant arrival, TimeFormat format) throws InvalidException {
        int start = start(json);
        Fields fields = new Fields(format);
        BytesReference timed = json;
        try (XContentParser parser = parser(json)) {
            parser.nextToken();
            fields.readObject(parser, "");
            if (parser.nextToken() != null) {
                throw new InvalidException("unexpected content after the event; wanted one event a line");
            }
            fields.require(ACTION, "the name of the action, such as [click]");
            if (fields.has(TIMESTAMP) == false) {
                String time = "\"" + format.format(arrival) + "\"";
                timed = fields.hasEmptyTimestamp ? replaceTimestamp(json, time) : addTimestamp(json, start, time);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidException("the event is not valid JSON: " + e.getMessage().lines().findFirst().orElse(""));
        }
        return new UbiEvent(fields.id, timed, fields.warning(arrival.toEpochMilli()));
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
    private static BytesReference addTimestamp(BytesReference json, int start, String time) {
        BytesReference timestamp = new BytesArray("{\"" + TIMESTAMP + "\":" + time + ",");
        return CompositeBytesReference.of(timestamp, json.slice(start + 1, json.length() - start - 1));
    }

    /** Replaces the value of the timestamp, which is null or a list without values. */
    private static BytesReference replaceTimestamp(BytesReference json, String time) throws IOException {
        try (JsonParser parser = FACTORY.createParser(json.streamInput())) {
            parser.nextToken();
            while (TIMESTAMP.equals(parser.nextFieldName()) == false) {
                parser.nextToken();
                parser.skipChildren();
            }
            parser.nextToken();
            int from = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            int to = (int) parser.currentLocation().getByteOffset();
            return CompositeBytesReference.of(json.slice(0, from), new BytesArray(time), json.slice(to, json.length() - to));
        }
    }

    /** Checks the fields of one event, and notes what {@link UbiEvent} needs to know of them. */
    private static final class Fields {
        private final TimeFormat format;
        private final FieldRule timeRule;
        /** The paths of the values in the object that is being read. */
        private Set<String> found = new HashSet<>();
        private String id;
        private String time;
        private boolean hasEmptyTimestamp;
        private boolean hasUser;
        private boolean hasAction;
        private boolean hasEmptyItem;
        private boolean hasOtherPosition;
        private int items;

        Fields(TimeFormat format) {
            this.format = format;
            timeRule = FieldRule.time(format);
        }

        boolean has(String path) {
            return found.contains(path);
        }

        /** Reads the rest of the object that the parser is in, and checks each field that has a rule. */
        void readObject(XContentParser parser, String prefix) throws IOException, InvalidException {
            while (parser.nextToken() != Token.END_OBJECT) {
                String path = prefix + parser.currentName();
                parser.nextToken();
                FieldRule rule = path.equals(TIMESTAMP) ? timeRule : RULES.get(path);
                if (rule == null) {
                    parser.skipChildren();
                } else if (readValues(parser, path, rule) == 0 && path.equals(TIMESTAMP)) {
                    hasEmptyTimestamp = true;
                }
            }
        }

        /** Reads one value, null, or a list of them; returns the number of values. */
        private int readValues(XContentParser parser, String path, FieldRule rule) throws IOException, InvalidException {
            if (parser.currentToken() == Token.VALUE_NULL) {
                return 0;
            }
            if (parser.currentToken() != Token.START_ARRAY) {
                rule.apply(path, parser);
                found.add(path);
                readValue(parser, path);
                return 1;
            }
            int values = 0;
            while (parser.nextToken() != Token.END_ARRAY) {
                values += readValues(parser, path, rule);
            }
            if (values > 1 && LISTS.contains(path) == false) {
                throw new InvalidException("[" + path + "] is a list of [" + values + "] values; wanted one: " + rule.expected());
            }
            return values;
        }

        private void readValue(XContentParser parser, String path) throws IOException, InvalidException {
            if (parser.currentToken() == Token.START_OBJECT) {
                Set<String> around = found;
                found = new HashSet<>();
                readObject(parser, path + ".");
                checkObject(path);
                around.addAll(found);
                found = around;
                return;
            }
            switch (path) {
                case ID -> id = parser.text();
                case TIMESTAMP -> time = parser.text();
                case USER, CLIENT -> hasUser |= parser.text().isEmpty() == false;
                case ACTION -> hasAction |= parser.text().isEmpty() == false;
                case OBJECT_ID -> addItem(parser.text());
                default -> {}
            }
        }

        private void addItem(String item) throws InvalidException {
            hasEmptyItem |= item.isEmpty();
            if (++items > EventReader.MAX_EVENTS) {
                throw new InvalidException(
                    "[" + OBJECT_ID + "] has more than [" + EventReader.MAX_EVENTS + "] values; send them in several events"
                );
            }
        }

        /** Checks that an object has the fields that it must have. */
        private void checkObject(String path) throws InvalidException {
            switch (path) {
                case OBJECT -> require(OBJECT_ID, "the id of the item");
                case POSITION -> hasOtherPosition |= has(POSITION + ".ordinal") == false && has(XY) == false;
                case XY -> {
                    require(XY + ".x", "a number");
                    require(XY + ".y", "a number");
                }
                default -> {}
            }
        }

        void require(String path, String expected) throws InvalidException {
            if (has(path) == false) {
                throw new InvalidException("[" + path + "] is required: " + expected);
            }
        }

        /** Returns {@link UbiEvent#warning}. */
        String warning(long now) {
            List<String> warnings = new ArrayList<>();
            if (hasUser == false) {
                warnings.add("neither [" + USER + "] nor [" + CLIENT + "] has a value: " + skipped(Event.SkipReason.NO_USER)
                    + " unless it reads users from other fields");
            }
            if (hasAction == false) {
                warnings.add("[" + ACTION + "] is empty: " + skipped(Event.SkipReason.NO_ACTION));
            }
            if (hasEmptyItem) {
                warnings.add("[" + OBJECT_ID + "] is empty: " + skipped(Event.SkipReason.NO_ITEM));
            }
            if (hasOtherPosition) {
                warnings.add("[" + POSITION + "] has neither [ordinal] nor [xy], which UBI requires; trackers do not read it");
            }
            Instant instant = time == null ? null : format.parse(time);
            Event.SkipReason implausible = instant == null ? null : TimeFormat.skipReason(instant, now);
            if (implausible != null) {
                warnings.add("[" + TIMESTAMP + "] is [" + time + "], which the index reads as [" + instant + "]: " + skipped(implausible));
            }
            return warnings.isEmpty() ? null : String.join("; ", warnings);
        }

        private static String skipped(Event.SkipReason reason) {
            return "a tracker skips the event as [" + reason.name().toLowerCase(Locale.ROOT) + "]";
        }
    }
}
