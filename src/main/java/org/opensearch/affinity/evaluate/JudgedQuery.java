package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.common.time.DateFormatter;
import org.opensearch.common.time.DateFormatters;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A query that somebody asked, and the items that turned out to be what was wanted.
 *
 * @param text     what was typed, empty where nothing was
 * @param time     when, epoch milliseconds
 * @param relevant gains by item id, above 0; 1 where none was said
 */
public record JudgedQuery(String id, String user, String text, long time, Map<String, Double> relevant) implements Writeable {
    private static final DateFormatter TIME = DateFormatter.forPattern("strict_date_optional_time||epoch_millis");
    private static final String RELEVANT = "a list of item ids, or an object such as {\"p1\": 1, \"p2\": 0.5} with gains above 0, not empty";

    JudgedQuery(StreamInput in) throws IOException {
        this(in.readString(), in.readString(), in.readString(), in.readZLong(), in.readMap(StreamInput::readString, StreamInput::readDouble));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(id);
        out.writeString(user);
        out.writeString(text);
        out.writeZLong(time);
        out.writeMap(relevant, StreamOutput::writeString, StreamOutput::writeDouble);
    }

    /**
     * @param said may hold other members, as documents do
     * @param name where it has no {@code query_id}
     * @throws IllegalArgumentException naming the member, the value and what would be right
     */
    public static JudgedQuery of(ParsedObject said, String name) {
        return new JudgedQuery(
            said.has("query_id") ? word(said, "query_id") : name,
            word(said, "user_id"),
            said.text("user_query", "", "what was typed, a string that is not blank; leave it out where nothing was"),
            time(said),
            relevant(said)
        );
    }

    private static String word(ParsedObject said, String name) {
        Object value = said.get(name);
        if (value instanceof String || value instanceof Integer || value instanceof Long) {
            if (value.toString().isBlank() == false) {
                return value.toString();
            }
        }
        throw said.wrong(name, value, "an id, a string that is not blank");
    }

    private static long time(ParsedObject said) {
        Object value = said.get("timestamp");
        try {
            if (value instanceof String || value instanceof Integer || value instanceof Long) {
                return DateFormatters.from(TIME.parse(value.toString())).toInstant().toEpochMilli();
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw said.wrong("timestamp", value, whenAsked());
        }
        throw said.wrong("timestamp", value, whenAsked());
    }

    private static String whenAsked() {
        return "when the query was asked, such as [2026-01-15T10:00:00Z] or epoch milliseconds";
    }

    private static Map<String, Double> relevant(ParsedObject said) {
        Map<String, Double> relevant = new HashMap<>();
        if (said.get("relevant") instanceof Map<?, ?> gains) {
            gains.forEach((item, gain) -> relevant.put(item.toString(), gain(said, item.toString(), gain)));
        } else if (said.get("relevant") instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof String == false && item instanceof Integer == false && item instanceof Long == false) {
                    throw said.wrong("relevant", items, RELEVANT);
                }
                relevant.put(item.toString(), 1.0);
            }
        }
        if (relevant.isEmpty()) {
            throw said.wrong("relevant", said.get("relevant"), RELEVANT);
        }
        return relevant;
    }

    private static double gain(ParsedObject said, String item, Object gain) {
        if (gain instanceof Number number && number.doubleValue() > 0 && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw said.wrong("relevant." + item, gain, "a gain above 0; leave out what is not relevant");
    }

    Instant when() {
        return Instant.ofEpochMilli(time);
    }
}
