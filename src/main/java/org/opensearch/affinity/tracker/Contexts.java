package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * In which circumstances events happen that interests depend on: the hour, the day of the week, fields of the event. Immutable.
 *
 * @param fields at most {@value #MAX_FIELDS}
 * @param zone   in which hours and weekdays are told
 */
public record Contexts(List<Field> fields, ZoneId zone) implements Writeable, ToXContentFragment {
    static final int MAX_FIELDS = 4;
    /** A longer value says no more than that it is another one. */
    private static final int MAX_VALUE = 32;
    private static final int HOURS_TOGETHER = 3;
    public static final Contexts NONE = new Contexts(List.of(), ZoneId.of("UTC"));
    private static final String EXAMPLE = "{\"time\": \"hour\"} or {\"field\": \"event_attributes.device\"}";

    /** Where a context comes from. */
    enum Kind {
        /** The time: three hours are one context, named by the first of them. */
        HOUR,
        /** The time: {@code monday} to {@code sunday}. */
        WEEKDAY,
        /** A field of the event. */
        FIELD
    }

    /** @param path of the event's field; empty for those of the time */
    record Field(String name, Kind kind, String path) implements Writeable {
        Field(StreamInput in) throws IOException {
            this(in.readString(), in.readEnum(Kind.class), in.readString());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(name);
            out.writeEnum(kind);
            out.writeString(path);
        }

        private String at(ZonedDateTime time) {
            return kind == Kind.HOUR ? hour(time.getHour()) : time.getDayOfWeek().name().toLowerCase(Locale.ROOT);
        }

        private static String hour(int hour) {
            return Integer.toString(hour / HOURS_TOGETHER * HOURS_TOGETHER);
        }

        /** What a search says, in the words of events. */
        private String said(String value) {
            return switch (kind) {
                case HOUR -> {
                    if (value.matches("[01]?[0-9]|2[0-3]") == false) {
                        throw new IllegalArgumentException("[context." + name + "] must be an hour from 0 to 23, got [" + value + "]");
                    }
                    yield hour(Integer.parseInt(value));
                }
                case WEEKDAY -> value.toLowerCase(Locale.ROOT);
                case FIELD -> value;
            };
        }

        private String key(String value) {
            return name + "=" + (value.length() > MAX_VALUE ? value.substring(0, MAX_VALUE) : value);
        }
    }

    Contexts(StreamInput in) throws IOException {
        this(in.readList(Field::new), ZoneId.of(in.readString()));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeList(fields);
        out.writeString(zone.getId());
    }

    /** @param zone null for UTC */
    public static Contexts parse(ParsedObject said, String zone) {
        if (said.said().size() > MAX_FIELDS) {
            throw new IllegalArgumentException("[context] must be at most " + MAX_FIELDS + ", got [" + said.said().size() + "]");
        }
        List<Field> fields = new ArrayList<>();
        new TreeMap<>(said.said()).forEach((name, from) -> fields.add(field(name, ParsedObject.of("context." + name, from, EXAMPLE))));
        try {
            return new Contexts(List.copyOf(fields), zone == null ? NONE.zone : ZoneId.of(zone));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("[time_zone] must be one such as [Europe/Berlin] or [+02:00], got [" + zone + "]");
        }
    }

    private static Field field(String name, ParsedObject from) {
        from.requireOnly("time", "field");
        if (name.isBlank() || name.contains("=") || from.said().size() != 1) {
            throw new IllegalArgumentException(
                "[" + from.path() + "] must be a name without [=] and one of " + EXAMPLE + ", got [" + from.said() + "]"
            );
        }
        if (from.has("field")) {
            return new Field(name, Kind.FIELD, from.text("field", null, "the path of an event's field"));
        }
        return switch (String.valueOf(from.get("time"))) {
            case "hour" -> new Field(name, Kind.HOUR, "");
            case "weekday" -> new Field(name, Kind.WEEKDAY, "");
            default -> throw new IllegalArgumentException("[" + from.path() + ".time] must be [hour] or [weekday], got [" + from.get("time") + "]");
        };
    }

    boolean isEmpty() {
        return fields.isEmpty();
    }

    /** The paths of the event's fields that it reads. */
    public List<String> paths() {
        return fields.stream().filter(field -> field.kind == Kind.FIELD).map(Field::path).toList();
    }

    /**
     * The contexts of an event, {@code name=value}.
     *
     * @param values of the event's fields, by path
     */
    public List<String> of(long time, Map<String, String> values) {
        ZonedDateTime local = Instant.ofEpochMilli(time).atZone(zone);
        List<String> contexts = new ArrayList<>(fields.size());
        for (Field field : fields) {
            String value = field.kind == Kind.FIELD ? values.get(field.path) : field.at(local);
            if (value != null) {
                contexts.add(field.key(value));
            }
        }
        return contexts;
    }

    /**
     * The contexts of a search, {@code name=value}: what the request says, and the present hour and weekday where it does not.
     *
     * @param said by name
     * @param now  epoch milliseconds
     * @throws IllegalArgumentException for a name that the tracker does not list or an hour that is none
     */
    public List<String> requested(Map<String, String> said, long now) {
        List<String> names = fields.stream().map(Field::name).toList();
        for (String name : said.keySet()) {
            if (names.contains(name) == false) {
                throw new IllegalArgumentException("[context] has no [" + name + "]; the tracker lists " + names);
            }
        }
        ZonedDateTime local = Instant.ofEpochMilli(now).atZone(zone);
        List<String> contexts = new ArrayList<>(fields.size());
        for (Field field : fields) {
            String value = said.get(field.name);
            if (value != null) {
                contexts.add(field.key(field.said(value)));
            } else if (field.kind != Kind.FIELD) {
                contexts.add(field.key(field.at(local)));
            }
        }
        return contexts;
    }

    /** Hour and weekday of a time, epoch milliseconds, by name and as a request would say them; the tracker may list neither. */
    public Map<String, String> ofTime(long time) {
        ZonedDateTime local = Instant.ofEpochMilli(time).atZone(zone);
        Map<String, String> said = new TreeMap<>();
        fields.stream().filter(field -> field.kind != Kind.FIELD).forEach(field -> said.put(field.name, field.at(local)));
        return said;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("context");
        for (Field field : fields) {
            boolean inEvent = field.kind == Kind.FIELD;
            String from = inEvent ? field.path : field.kind.name().toLowerCase(Locale.ROOT);
            builder.startObject(field.name).field(inEvent ? "field" : "time", from).endObject();
        }
        return builder.endObject().field("time_zone", zone.getId());
    }
}
