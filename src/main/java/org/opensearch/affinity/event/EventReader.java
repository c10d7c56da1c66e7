package org.opensearch.affinity.event;

import org.apache.lucene.util.StringHelper;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.tracker.Contexts;
import org.opensearch.affinity.tracker.EventFields;
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
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Reads events from the documents of a tracker's behaviour log. Thread-safe. */
public final class EventReader {
    private static final DateFormatter TIMESTAMP = DateFormatter.forPattern("strict_date_optional_time||epoch_millis");
    private static final long MAX_AHEAD_MS = 24 * 60 * 60 * 1000L;
    private static final int HASH_SEED = 0x5bd1e995;

    /** Thrown by {@link #read}: the document is not a usable event. */
    public static final class SkippedException extends Exception {
        private final SkipReason reason;

        SkippedException(SkipReason reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }

        public SkipReason reason() {
            return reason;
        }
    }

    private final EventFields fields;
    private final Contexts contexts;
    /** The paths whose values are read. */
    private final Set<String> leaves = new HashSet<>();
    /** The paths of the objects that contain {@link #leaves}. */
    private final Set<String> objects = new HashSet<>();

    /** @param contexts may read further fields of the document */
    public EventReader(EventFields fields, Contexts contexts) {
        this.fields = fields;
        this.contexts = contexts;
        leaves.addAll(fields.user());
        leaves.addAll(Set.of(fields.item(), fields.action(), fields.time()));
        leaves.add(fields.id());
        contexts.paths().forEach(leaves::add);
        for (String path : leaves) {
            for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
                objects.add(path.substring(0, dot));
            }
        }
    }

    /**
     * Reads the event of one document.
     *
     * @param id  of the document
     * @param now epoch milliseconds, to recognise events of the future
     * @throws SkippedException if the document is not a usable event
     */
    public Event read(String id, BytesReference source, long now) throws SkippedException {
        Map<String, String> values = new HashMap<>();
        try (
            XContentParser parser = XContentHelper.createParser(
                NamedXContentRegistry.EMPTY,
                LoggingDeprecationHandler.INSTANCE,
                source,
                MediaTypeRegistry.xContentType(source)
            )
        ) {
            parser.nextToken();
            readObject(parser, "", values);
        } catch (IOException | RuntimeException e) {
            throw new SkippedException(SkipReason.MALFORMED);
        }
        return event(id, values, now);
    }

    /** Adds the values of {@link #leaves} by path; nulls are skipped. */
    private void readObject(XContentParser parser, String prefix, Map<String, String> values) throws IOException {
        if (parser.currentToken() == Token.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != Token.START_OBJECT) {
            throw new IllegalArgumentException("[" + prefix + "] must be an object");
        }
        while (parser.nextToken() != Token.END_OBJECT) {
            String path = prefix + parser.currentName();
            Token value = parser.nextToken();
            if (objects.contains(path)) {
                readObject(parser, path + ".", values);
            } else if (leaves.contains(path) == false) {
                parser.skipChildren();
            } else if (value.isValue()) {
                values.put(path, parser.text());
            } else if (value != Token.VALUE_NULL) {
                throw new IllegalArgumentException("[" + path + "] must be a single value");
            }
        }
    }

    private Event event(String documentId, Map<String, String> values, long now) throws SkippedException {
        String firstUser = null;
        for (String field : fields.user()) {
            firstUser = firstUser == null || firstUser.isEmpty() ? values.get(field) : firstUser;
        }
        String user = require(firstUser, SkipReason.NO_USER);
        String item = require(values.get(fields.item()), SkipReason.NO_ITEM);
        String action = require(values.get(fields.action()), SkipReason.NO_ACTION);
        long time = time(values.get(fields.time()));
        if (time - now > MAX_AHEAD_MS) {
            throw new SkippedException(SkipReason.FUTURE_TIMESTAMP);
        }
        String id = fields.id().equals(EventFields.DOCUMENT_ID) ? documentId : values.getOrDefault(fields.id(), documentId);
        return new Event(user, item, action, time, hash(id), contexts.of(time, values));
    }

    private static int hash(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return StringHelper.murmurhash3_x86_32(bytes, 0, bytes.length, HASH_SEED);
    }

    /** Returns epoch milliseconds. */
    private static long time(String timestamp) throws SkippedException {
        try {
            return DateFormatters.from(TIMESTAMP.parse(require(timestamp, SkipReason.NO_TIMESTAMP))).toInstant().toEpochMilli();
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new SkippedException(SkipReason.NO_TIMESTAMP);
        }
    }

    private static String require(String value, SkipReason ifMissing) throws SkippedException {
        if (value == null || value.isEmpty()) {
            throw new SkippedException(ifMissing);
        }
        return value;
    }
}
