package org.opensearch.affinity.event;

import org.apache.lucene.util.StringHelper;
import org.opensearch.affinity.event.Event.Skipped;
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

/** Reads events out of the documents of a tracker's log. Thread-safe. */
public final class EventReader {
    private static final DateFormatter TIMESTAMP = DateFormatter.forPattern("strict_date_optional_time||epoch_millis");
    private static final long MAX_AHEAD = 24 * 60 * 60 * 1000L;
    private static final int SEED = 0x5bd1e995;

    /** Thrown by {@link #read}: the document is no usable event. */
    public static final class SkippedException extends Exception {
        private final Skipped reason;

        public SkippedException(Skipped reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }

        public Skipped reason() {
            return reason;
        }
    }

    private final EventFields fields;
    private final Contexts contexts;
    /** Paths that are read, and those of the objects that hold them. */
    private final Set<String> leaves = new HashSet<>();
    private final Set<String> objects = new HashSet<>();

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
     * @param id  of the document
     * @param now epoch milliseconds
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
            read(parser, "", values);
        } catch (IOException | RuntimeException e) {
            throw new SkippedException(Skipped.MALFORMED);
        }
        return event(id, values, now);
    }

    private void read(XContentParser parser, String prefix, Map<String, String> values) throws IOException {
        if (parser.currentToken() == Token.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != Token.START_OBJECT) {
            throw new IllegalArgumentException("an object is wanted");
        }
        while (parser.nextToken() != Token.END_OBJECT) {
            String path = prefix + parser.currentName();
            Token value = parser.nextToken();
            if (objects.contains(path)) {
                read(parser, path + ".", values);
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
        String user = null;
        for (String field : fields.user()) {
            user = user == null || user.isEmpty() ? values.get(field) : user;
        }
        String who = require(user, Skipped.NO_USER);
        String item = require(values.get(fields.item()), Skipped.NO_ITEM);
        String action = require(values.get(fields.action()), Skipped.NO_ACTION);
        long time = time(values.get(fields.time()));
        if (time - now > MAX_AHEAD) {
            throw new SkippedException(Skipped.FUTURE_TIMESTAMP);
        }
        String id = fields.id().equals(EventFields.DOCUMENT_ID) ? documentId : values.getOrDefault(fields.id(), documentId);
        return new Event(who, item, action, time, hash(id), contexts.of(time, values));
    }

    private static int hash(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return StringHelper.murmurhash3_x86_32(bytes, 0, bytes.length, SEED);
    }

    private static long time(String timestamp) throws SkippedException {
        try {
            return DateFormatters.from(TIMESTAMP.parse(require(timestamp, Skipped.NO_TIMESTAMP))).toInstant().toEpochMilli();
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new SkippedException(Skipped.NO_TIMESTAMP);
        }
    }

    private static String require(String value, Skipped otherwise) throws SkippedException {
        if (value == null || value.isEmpty()) {
            throw new SkippedException(otherwise);
        }
        return value;
    }
}
