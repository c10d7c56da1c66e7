package org.opensearch.affinity.track;

import org.opensearch.common.time.DateFormatter;
import org.opensearch.common.time.DateFormatters;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.time.DateTimeException;
import java.util.Set;

/**
 * One act of one user on one item, read from a UBI 1.3.0 event document.
 *
 * @param user   {@code user_id}, else {@code client_id}
 * @param item   {@code event_attributes.object.object_id}
 * @param action {@code action_name}
 * @param time   {@code timestamp}, epoch milliseconds
 */
record Event(String user, String item, String action, long time) {
    private static final Set<String> FIELDS = Set.of(
        "user_id",
        "client_id",
        "action_name",
        "timestamp",
        "event_attributes",
        "event_attributes.object",
        "event_attributes.object.object_id"
    );
    private static final DateFormatter TIMESTAMP = DateFormatter.forPattern("strict_date_optional_time||epoch_millis");

    /** Why an event changes no profile. The names are those of {@code _stats}. */
    enum Skipped {
        /** Not a JSON object, or a field of the wrong type. */
        MALFORMED,
        /** Neither {@code user_id} nor {@code client_id}. */
        NO_USER,
        NO_ITEM,
        NO_ACTION,
        /** {@code timestamp} is missing or no date. */
        NO_TIMESTAMP,
        /** The tracker gives the action no weight. */
        UNWEIGHTED_ACTION,
        /** The item is not in the item index. */
        UNKNOWN_ITEM,
        /** The item has no vector. */
        ITEM_WITHOUT_VECTOR
    }

    /** Thrown by {@link #parse}: the document is no usable event. */
    static final class SkippedException extends Exception {
        private final Skipped reason;

        SkippedException(Skipped reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }

        Skipped reason() {
            return reason;
        }
    }

    static Event parse(BytesReference source) throws SkippedException {
        Fields fields = new Fields();
        try (
            XContentParser parser = XContentHelper.createParser(
                NamedXContentRegistry.EMPTY,
                LoggingDeprecationHandler.INSTANCE,
                source,
                MediaTypeRegistry.xContentType(source)
            )
        ) {
            parser.nextToken();
            fields.read(parser, "");
        } catch (IOException | RuntimeException e) {
            throw new SkippedException(Skipped.MALFORMED);
        }
        return fields.event();
    }

    /** What was found so far, field by field, wherever in the document it stood. */
    private static final class Fields {
        private String user;
        private String client;
        private String item;
        private String action;
        private String timestamp;

        void read(XContentParser parser, String prefix) throws IOException {
            if (parser.currentToken() == Token.VALUE_NULL) {
                return;
            }
            if (parser.currentToken() != Token.START_OBJECT) {
                throw new IllegalArgumentException("an object is wanted");
            }
            while (parser.nextToken() != Token.END_OBJECT) {
                String path = prefix + parser.currentName();
                Token value = parser.nextToken();
                if (FIELDS.contains(path) == false) {
                    parser.skipChildren();
                } else if (path.equals("event_attributes") || path.equals("event_attributes.object")) {
                    read(parser, path + ".");
                } else if (value.isValue()) {
                    set(path, parser.text());
                } else if (value != Token.VALUE_NULL) {
                    throw new IllegalArgumentException("[" + path + "] must be a single value");
                }
            }
        }

        private void set(String path, String value) {
            switch (path) {
                case "user_id" -> user = value;
                case "client_id" -> client = value;
                case "action_name" -> action = value;
                case "timestamp" -> timestamp = value;
                case "event_attributes.object.object_id" -> item = value;
                default -> {
                }
            }
        }

        Event event() throws SkippedException {
            String who = present(user) ? user : require(client, Skipped.NO_USER);
            return new Event(who, require(item, Skipped.NO_ITEM), require(action, Skipped.NO_ACTION), time());
        }

        private long time() throws SkippedException {
            try {
                return DateFormatters.from(TIMESTAMP.parse(require(timestamp, Skipped.NO_TIMESTAMP))).toInstant().toEpochMilli();
            } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
                throw new SkippedException(Skipped.NO_TIMESTAMP);
            }
        }

        private static String require(String value, Skipped otherwise) throws SkippedException {
            if (present(value)) {
                return value;
            }
            throw new SkippedException(otherwise);
        }

        private static boolean present(String value) {
            return value != null && value.isEmpty() == false;
        }
    }
}
