package org.opensearch.affinity.event;

import org.apache.lucene.util.StringHelper;
import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.tracker.Contexts;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads events from the documents of one index of a tracker's behaviour log. As in OpenSearch, a list of one value is that value, and a
 * null or an empty list is no value. A document holds an event for each of its items: for each value of the item's field, in each object of
 * a list of objects on the item's path. Thread-safe.
 */
public final class EventReader {
    /** The most events of one document. */
    static final int MAX_EVENTS = 1_000;
    private static final int HASH_SEED = 0x5bd1e995;

    /**
     * What a document holds.
     *
     * @param events  in the order of the document
     * @param skipped the reasons why there are no further ones: at least one reason if there is no event
     */
    public record Content(List<Event> events, List<SkipReason> skipped) {}

    /** A document, or a part of it, is not a usable event. */
    private static final class SkippedException extends Exception {
        private final SkipReason reason;

        SkippedException(SkipReason reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }
    }

    private final EventFields fields;
    private final Contexts contexts;
    private final TimeFormat timeFormat;
    /** The declared paths of the values that are read, by their path in documents. */
    private final Map<String, List<String>> leaves = new HashMap<>();
    /** The paths of the objects that contain {@link #leaves}. */
    private final Set<String> objects = new HashSet<>();
    /** The item's path in documents. */
    private final String itemPath;

    /**
     * Creates the reader of an index.
     *
     * @param contexts may read further fields of the document
     * @param mapping  null for an index without one
     */
    public EventReader(EventFields fields, Contexts contexts, MappingMetadata mapping) {
        this.fields = fields;
        this.contexts = contexts;
        itemPath = sourcePath(fields.item(), mapping);
        timeFormat = TimeFormat.of(MappedField.of(sourcePath(fields.time(), mapping), mapping));
        Set<String> declared = new HashSet<>(fields.user());
        declared.addAll(List.of(fields.item(), fields.action(), fields.time(), fields.id(), fields.rating()));
        declared.addAll(contexts.paths());
        declared.forEach(path -> leaves.computeIfAbsent(sourcePath(path, mapping), source -> new ArrayList<>()).add(path));
        for (String path : leaves.keySet()) {
            for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
                objects.add(path.substring(0, dot));
            }
        }
    }

    /** Returns the path of a field in documents: sub-fields and aliases exist in the mapping only. */
    private static String sourcePath(String path, MappingMetadata mapping) {
        return MappedField.of(path, mapping).sourcePath();
    }

    /**
     * Reads the events of one document.
     *
     * @param id  of the document
     * @param now epoch milliseconds, to recognise events of the future
     */
    public Content read(String id, BytesReference source, long now) {
        Content content = new Content(new ArrayList<>(), new ArrayList<>());
        Parts parts = parts(source);
        if (parts == null) {
            content.skipped.add(SkipReason.MALFORMED);
            return content;
        }
        for (Part part : parts.all) {
            if (part.isDivided == false) {
                addEvents(part, id, now, content);
            }
        }
        return content;
    }

    /** Whether a document names a user in the first user field that has a value, also if it is not a usable event. */
    boolean names(String user, BytesReference source) {
        Parts parts = parts(source);
        return parts != null && parts.all.stream().anyMatch(part -> {
            Stream<List<String>> values = fields.user().stream().map(part::of).filter(list -> list.isEmpty() == false);
            return values.findFirst().orElse(List.of()).contains(user);
        });
    }

    /** Returns null for a document that cannot be read. */
    private Parts parts(BytesReference source) {
        Parts parts = new Parts();
        try (
            XContentParser parser = XContentHelper.createParser(
                NamedXContentRegistry.EMPTY,
                LoggingDeprecationHandler.INSTANCE,
                source,
                MediaTypeRegistry.xContentType(source)
            )
        ) {
            if (parser.nextToken() != Token.START_OBJECT) {
                throw new IllegalArgumentException("the document must be an object");
            }
            readObject(parser, "", parts.whole);
            return parts;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** The parts of a document, each of which has items of its own. */
    private static final class Parts {
        private final List<Part> all = new ArrayList<>();
        private final Part whole = new Part(this, null);
        private int items;
    }

    /** The values of the whole document, or of one object of a list on the item's path, which also has the values around the list. */
    private static final class Part {
        private final Parts parts;
        private final Part around;
        private final Map<String, List<String>> values = new HashMap<>();
        private boolean isDivided;

        Part(Parts parts, Part around) {
            this.parts = parts;
            this.around = around;
            parts.all.add(this);
            requireFew(parts.all.size() - 1);
        }

        Part divide() {
            isDivided = true;
            return new Part(parts, this);
        }

        void add(String path, String value) {
            values.computeIfAbsent(path, first -> new ArrayList<>(1)).add(value);
        }

        void addItem(String path, String value) {
            requireFew(++parts.items);
            add(path, value);
        }

        List<String> of(String path) {
            List<String> own = values.get(path);
            return own != null ? own : around == null ? List.of() : around.of(path);
        }

        private static void requireFew(int events) {
            if (events > MAX_EVENTS) {
                throw new IllegalArgumentException("more than " + MAX_EVENTS + " events");
            }
        }
    }

    /** Reads the rest of an object into the part that it belongs to. */
    private void readObject(XContentParser parser, String prefix, Part part) throws IOException {
        while (parser.nextToken() != Token.END_OBJECT) {
            String path = prefix + parser.currentName();
            parser.nextToken();
            if (objects.contains(path)) {
                readObjects(parser, path, part);
            } else if (leaves.containsKey(path)) {
                readValues(parser, path, part);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** Reads an object, null, or a list of them. */
    private void readObjects(XContentParser parser, String path, Part part) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> readObject(parser, path + ".", part);
            case VALUE_NULL -> {}
            case START_ARRAY -> {
                boolean ofItems = itemPath.startsWith(path + ".");
                while (parser.nextToken() != Token.END_ARRAY) {
                    boolean divides = ofItems && parser.currentToken() == Token.START_OBJECT;
                    readObjects(parser, path, divides ? part.divide() : part);
                }
            }
            default -> throw new IllegalArgumentException("[" + path + "] must be an object");
        }
    }

    /** Reads a value, null, or a list of them. Empty strings are no values. */
    private void readValues(XContentParser parser, String path, Part part) throws IOException {
        if (parser.currentToken() == Token.START_ARRAY) {
            while (parser.nextToken() != Token.END_ARRAY) {
                readValues(parser, path, part);
            }
        } else if (parser.currentToken().isValue()) {
            for (String declared : leaves.get(path)) {
                String value = declared.equals(fields.time()) ? parser.text() : Values.plainText(parser);
                if (value.isEmpty() == false && declared.equals(fields.item())) {
                    part.addItem(declared, value);
                } else if (value.isEmpty() == false) {
                    part.add(declared, value);
                }
            }
        } else if (leaves.get(path).equals(List.of(fields.rating()))) {
            parser.skipChildren(); // an object is no rating
        } else if (parser.currentToken() != Token.VALUE_NULL) {
            throw new IllegalArgumentException("[" + path + "] must be a value");
        }
    }

    private void addEvents(Part part, String documentId, long now, Content content) {
        List<String> items = part.of(fields.item());
        try {
            String user = user(part);
            if (items.isEmpty()) {
                throw new SkippedException(SkipReason.NO_ITEM);
            }
            String action = require(single(part, fields.action()), SkipReason.NO_ACTION);
            long time = time(part, now);
            String ownId = single(part, fields.id());
            String id = fields.id().equals(EventFields.DOCUMENT_ID) || ownId == null ? documentId : ownId;
            List<String> contextsOfEvent = contexts.of(time, contextValues(part));
            float rating = rating(part);
            for (String item : items) {
                content.events.add(new Event(user, item, action, time, hash(id), contextsOfEvent, rating));
            }
        } catch (SkippedException e) {
            for (int skipped = 0; skipped < Math.max(1, items.size()); skipped++) {
                content.skipped.add(e.reason);
            }
        }
    }

    private String user(Part part) throws SkippedException {
        for (String field : fields.user()) {
            String user = single(part, field);
            if (user != null) {
                return user;
            }
        }
        throw new SkippedException(SkipReason.NO_USER);
    }

    /** Returns epoch milliseconds. */
    private long time(Part part, long now) throws SkippedException {
        Instant time;
        try {
            time = timeFormat.parse(require(single(part, fields.time()), SkipReason.NO_TIMESTAMP));
        } catch (RuntimeException e) {
            throw new SkippedException(SkipReason.NO_TIMESTAMP);
        }
        SkipReason reason = TimeFormat.skipReason(time, now);
        if (reason != null) {
            throw new SkippedException(reason);
        }
        return time.toEpochMilli();
    }

    /**
     * Returns NaN without a rating. Strings are numbers as fields of type {@code float} take them. What is no number, or several, is no
     * rating: the event counts all the same, because nobody may have meant the field to be one.
     */
    private float rating(Part part) {
        List<String> values = part.of(fields.rating()).stream().distinct().toList();
        try {
            float rating = values.size() == 1 ? Float.parseFloat(values.getFirst()) : Float.NaN;
            return Float.isFinite(rating) ? rating : Float.NaN;
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    /** The first value of each field that is a context. */
    private Map<String, String> contextValues(Part part) {
        Map<String, String> values = new HashMap<>();
        for (String path : contexts.paths()) {
            List<String> all = part.of(path);
            if (all.isEmpty() == false) {
                values.put(path, all.getFirst());
            }
        }
        return values;
    }

    /** Returns the value of a field, null without any; one value that is listed several times is one. */
    private static String single(Part part, String path) throws SkippedException {
        List<String> values = part.of(path);
        if (values.size() > 1 && new HashSet<>(values).size() > 1) {
            throw new SkippedException(SkipReason.MALFORMED);
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    private static String require(String value, SkipReason ifMissing) throws SkippedException {
        if (value == null) {
            throw new SkippedException(ifMissing);
        }
        return value;
    }

    private static int hash(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return StringHelper.murmurhash3_x86_32(bytes, 0, bytes.length, HASH_SEED);
    }
}
