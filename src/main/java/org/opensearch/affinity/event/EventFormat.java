package org.opensearch.affinity.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import org.opensearch.core.common.bytes.BytesReference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The formats of a request body with events. A format only splits the body into the bytes of its events; {@link UbiEvent} parses
 * and validates each of them.
 */
public enum EventFormat {
    /** One event a line. Blank lines are skipped; the last line may lack a line break. */
    NDJSON {
        @Override
        void split(BytesReference body, Consumer<BytesReference> events) {
            int from = 0;
            while (from < body.length()) {
                int end = body.indexOf((byte) '\n', from);
                int to = end < 0 ? body.length() : end;
                BytesReference line = body.slice(from, to - from);
                if (isBlank(line) == false) {
                    events.accept(line);
                }
                from = to + 1;
            }
        }
    },
    /** One JSON object, or a JSON array of events. */
    JSON {
        @Override
        void split(BytesReference body, Consumer<BytesReference> events) throws IOException {
            try (JsonParser parser = FACTORY.createParser(body.streamInput())) {
                JsonToken first = parser.nextToken();
                if (first == JsonToken.START_OBJECT) {
                    events.accept(value(body, parser));
                } else if (first == JsonToken.START_ARRAY) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        events.accept(value(body, parser));
                    }
                } else {
                    throw invalid("the body is neither an event nor a list of events");
                }
                if (parser.nextToken() != null) {
                    throw invalid("unexpected content after the " + (first == JsonToken.START_OBJECT ? "event" : "list") + NDJSON_HINT);
                }
            } catch (JsonProcessingException e) {
                throw invalid("the body is not valid JSON: " + e.getOriginalMessage() + NDJSON_HINT);
            }
        }
    };

    /** The most events of one request. */
    static final int MAX_EVENTS = 10_000;

    private static final String NDJSON_HINT = "; to send one event a line, use [Content-Type: application/x-ndjson]";
    // Strict JSON, unlike the parser of OpenSearch, which accepts comments, for instance.
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Passes the bytes of each event to the consumer, in the order of the body. */
    abstract void split(BytesReference body, Consumer<BytesReference> events) throws IOException;

    /**
     * Returns the format of a media type.
     *
     * @param contentType may have parameters; null as without one
     * @throws IllegalArgumentException if it is the media type of no format
     */
    public static EventFormat of(String contentType) {
        String type = contentType == null ? "" : contentType.split(";")[0].trim().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/x-ndjson" -> NDJSON;
            case "application/json" -> JSON;
            default -> throw invalid("[Content-Type] is [" + type + "]; wanted [application/x-ndjson] or [application/json]");
        };
    }

    /**
     * Returns the bytes of the events in a body, in their order. Each is a slice of the body.
     *
     * @throws IllegalArgumentException if there are more than {@link #MAX_EVENTS}, or the body cannot be split
     */
    List<BytesReference> events(BytesReference body) throws IOException {
        List<BytesReference> events = new ArrayList<>();
        split(body, event -> {
            if (events.size() == MAX_EVENTS) {
                throw invalid("the body holds more than [" + MAX_EVENTS + "] events; send them in several requests");
            }
            events.add(event);
        });
        return events;
    }

    /** Returns the bytes of the value that the parser is at the start of, and moves the parser to its end. */
    private static BytesReference value(BytesReference body, JsonParser parser) throws IOException {
        long from = parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken(); // Jackson reads strings lazily: without this the location is inside the string
        long to = parser.currentLocation().getByteOffset();
        if (from < 0) {
            throw invalid("the body is not in UTF-8"); // Jackson counts no bytes in other encodings
        }
        return body.slice((int) from, (int) (to - from));
    }

    private static boolean isBlank(BytesReference line) {
        for (int i = 0; i < line.length(); i++) {
            if (Character.isWhitespace(line.get(i)) == false) {
                return false;
            }
        }
        return true;
    }

    private static IllegalArgumentException invalid(String message) {
        return new IllegalArgumentException("[events] " + message);
    }
}
