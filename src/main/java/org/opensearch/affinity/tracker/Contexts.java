package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The contexts on which interests depend: the hour, the day of the week, fields of the event. A context of an event or of a search is
 * written {@code name=value}. Immutable.
 *
 * @param fields at most {@value #MAX_FIELDS}, by name
 * @param zone   the time zone of hours and weekdays
 */
public record Contexts(List<Field> fields, ZoneId zone) implements Writeable, ToXContentFragment {
    private static final Format FORMAT = Format.first(Contexts.class);
    static final int MAX_FIELDS = 4;
    /** Longer values are cut, so that they stay different from short ones at little cost. */
    private static final int MAX_VALUE_LENGTH = 32;
    private static final int HOURS_PER_CONTEXT = 3;
    static final ZoneId UTC = ZoneId.of("UTC");
    public static final Contexts NONE = new Contexts(List.of(), UTC);

    /** The source of a context. */
    enum Kind {
        /** The time of day. Three hours are one context, named by the first of them: {@code 0}, {@code 3} to {@code 21}. */
        HOUR,
        /** The day of the week, {@code monday} to {@code sunday}. */
        WEEKDAY,
        /** A field of the event. */
        FIELD;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param path dotted path of the event's field; empty for hours and weekdays */
    record Field(String name, Kind kind, String path) implements Writeable {
        private static final Format FORMAT = Format.first(Field.class);

        Field(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Field(Frame in) throws IOException {
            this(in.readString(), in.readEnum(Kind.class), in.readString());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(name);
                out.writeEnum(kind);
                out.writeString(path);
            }
        }

        private String valueAt(ZonedDateTime time) {
            return kind == Kind.HOUR ? firstHour(time.getHour()) : time.getDayOfWeek().name().toLowerCase(Locale.ROOT);
        }

        private static String firstHour(int hour) {
            return Integer.toString(hour / HOURS_PER_CONTEXT * HOURS_PER_CONTEXT);
        }

        /** The value of events that a value in a request stands for. */
        private String requestedValue(String value) {
            return switch (kind) {
                case HOUR -> {
                    if (value.matches("[01]?[0-9]|2[0-3]") == false) {
                        throw new IllegalArgumentException("[context." + name + "] must be an hour from 0 to 23, got [" + value + "]");
                    }
                    yield firstHour(Integer.parseInt(value));
                }
                case WEEKDAY -> value.toLowerCase(Locale.ROOT);
                case FIELD -> value;
            };
        }

        private String context(String value) {
            return name + "=" + (value.length() > MAX_VALUE_LENGTH ? value.substring(0, MAX_VALUE_LENGTH) : value);
        }
    }

    /** A context as it was sent. */
    private static final class Builder {
        private static final String WANTED = "an object such as {\"time\": \"hour\"} or {\"field\": \"event_attributes.device\"}";
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            PARSER.declare("time", Values.text("[hour] or [weekday]"), (b, value) -> b.time = value);
            PARSER.declare("field", Values.text("the path of an event's field"), (b, value) -> b.field = value);
        }

        private String time;
        private String field;

        private Field build(String name, FieldPath path) {
            if (name.isBlank() || name.contains("=")) {
                throw path.error("must have a name that is not empty and without [=]");
            }
            if ((time == null) == (field == null)) {
                throw path.error("needs one of [time] and [field]: it must be " + WANTED);
            }
            if (field != null) {
                return new Field(name, Kind.FIELD, field);
            }
            return switch (time) {
                case "hour" -> new Field(name, Kind.HOUR, "");
                case "weekday" -> new Field(name, Kind.WEEKDAY, "");
                default -> throw path.field("time").mustBe("[hour] or [weekday]", time);
            };
        }
    }

    /** The reader of the contexts' definitions. */
    static final ValueReader<List<Field>> FIELDS = (parser, path) -> {
        Map<String, Field> fields = Values.map(
            "an object with a context in each field, such as {\"hour\": {\"time\": \"hour\"}}",
            name -> Builder.PARSER.reader(Builder.WANTED, (builder, fieldPath) -> builder.build(name, fieldPath))
        ).read(parser, path);
        if (fields.size() > MAX_FIELDS) {
            throw path.mustBe("at most " + MAX_FIELDS + " contexts", fields.size());
        }
        return List.copyOf(fields.values());
    };

    Contexts(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Contexts(Frame in) throws IOException {
        this(in.readList(Field::new), ZoneId.of(in.readString()));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeList(fields);
            out.writeString(zone.getId());
        }
    }

    /** The paths of the fields of events that are contexts. */
    public List<String> paths() {
        return fields.stream().filter(field -> field.kind == Kind.FIELD).map(Field::path).toList();
    }

    /**
     * The contexts of an event, {@code name=value}. A field without a value gives none.
     *
     * @param time   of the event, epoch milliseconds
     * @param values of the event's fields, by path
     */
    public List<String> of(long time, Map<String, String> values) {
        ZonedDateTime local = Instant.ofEpochMilli(time).atZone(zone);
        List<String> contexts = new ArrayList<>(fields.size());
        for (Field field : fields) {
            String value = field.kind == Kind.FIELD ? values.get(field.path) : field.valueAt(local);
            if (value != null) {
                contexts.add(field.context(value));
            }
        }
        return contexts;
    }

    /**
     * The contexts of a search, {@code name=value}: those of the request, and the current hour and weekday where the request has none.
     *
     * @param requested values by name
     * @param now       epoch milliseconds
     * @throws IllegalArgumentException for a name that the tracker does not define, and for a wrong hour
     */
    public List<String> requested(Map<String, String> requested, long now) {
        List<String> names = fields.stream().map(Field::name).toList();
        for (String name : requested.keySet()) {
            if (names.contains(name) == false) {
                throw new IllegalArgumentException("[context] has no [" + name + "]; the tracker lists " + names);
            }
        }
        ZonedDateTime local = Instant.ofEpochMilli(now).atZone(zone);
        List<String> contexts = new ArrayList<>(fields.size());
        for (Field field : fields) {
            String value = requested.get(field.name);
            if (value != null) {
                contexts.add(field.context(field.requestedValue(value)));
            } else if (field.kind != Kind.FIELD) {
                contexts.add(field.context(field.valueAt(local)));
            }
        }
        return contexts;
    }

    /**
     * The hour and the weekday of a time by name, as a request gives them. Only those that the tracker defines.
     *
     * @param time epoch milliseconds
     */
    public Map<String, String> ofTime(long time) {
        ZonedDateTime local = Instant.ofEpochMilli(time).atZone(zone);
        Map<String, String> values = new TreeMap<>();
        fields.stream().filter(field -> field.kind != Kind.FIELD).forEach(field -> values.put(field.name, field.valueAt(local)));
        return values;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("context");
        for (Field field : fields) {
            builder.startObject(field.name);
            if (field.kind == Kind.FIELD) {
                builder.field("field", field.path);
            } else {
                builder.field("time", field.kind.toString());
            }
            builder.endObject();
        }
        return builder.endObject().field("time_zone", zone.getId());
    }
}
