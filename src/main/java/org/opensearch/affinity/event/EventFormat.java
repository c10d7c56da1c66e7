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

/** How the body of a request holds events. They stay the bytes that were sent; whether they are events is for {@link UbiEvent} to say. */
public enum EventFormat {
    /** One event a line. Blank lines do not count, and the last one may lack its end. */
    NDJSON {
        @Override
        void cut(BytesReference body, Consumer<BytesReference> events) {
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
    /** A list of events, or one event. */
    JSON {
        @Override
        void cut(BytesReference body, Consumer<BytesReference> events) throws IOException {
            try (JsonParser parser = FACTORY.createParser(body.streamInput())) {
                JsonToken first = parser.nextToken();
                if (first == JsonToken.START_OBJECT) {
                    events.accept(value(body, parser));
                } else if (first == JsonToken.START_ARRAY) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        events.accept(value(body, parser));
                    }
                } else {
                    throw wrong("the body is neither an event nor a list of events");
                }
                if (parser.nextToken() != null) {
                    throw wrong("more follows after the " + (first == JsonToken.START_OBJECT ? "event" : "list") + LINES);
                }
            } catch (JsonProcessingException e) {
                throw wrong("the body is no JSON: " + e.getOriginalMessage() + LINES);
            }
        }
    };

    /** What one request may bring. */
    public static final int MAX_EVENTS = 10_000;

    private static final String LINES = "; one event a line is for [Content-Type: application/x-ndjson]";
    // What core's own parser takes for JSON beyond JSON, such as comments, is none here.
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Hands over the bytes of each event in their order. */
    abstract void cut(BytesReference body, Consumer<BytesReference> events) throws IOException;

    /** @throws IllegalArgumentException if the format of the body's media type is not one of these */
    public static EventFormat of(String contentType) {
        String type = contentType == null ? "" : contentType.split(";")[0].trim().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/x-ndjson" -> NDJSON;
            case "application/json" -> JSON;
            default -> throw wrong("[Content-Type] is [" + type + "]; wanted [application/x-ndjson] or [application/json]");
        };
    }

    /**
     * The bytes of the events in a body.
     *
     * @throws IllegalArgumentException if there are more than {@link #MAX_EVENTS}, or the body as a whole cannot be read
     */
    List<BytesReference> events(BytesReference body) throws IOException {
        List<BytesReference> events = new ArrayList<>();
        cut(body, event -> {
            if (events.size() == MAX_EVENTS) {
                throw wrong("the body holds more than [" + MAX_EVENTS + "] events; send them in several requests");
            }
            events.add(event);
        });
        return events;
    }

    /** The bytes of the value that the parser is at the beginning of; leaves it at the end. */
    private static BytesReference value(BytesReference body, JsonParser parser) throws IOException {
        long from = parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken(); // strings are read when they are asked for
        long to = parser.currentLocation().getByteOffset();
        if (from < 0) {
            throw wrong("the body is not in UTF-8"); // Jackson counts no bytes in other encodings
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

    private static IllegalArgumentException wrong(String message) {
        return new IllegalArgumentException("[events] " + message);
    }
}
