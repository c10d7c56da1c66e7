package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What is known of an item beside the relevance of the query and the user's interests, as a number from 0 to 1: what a field
 * or the item table says of it, how it goes with what the user did, how its words fit the query. It depends on nothing but
 * the item, the search and its time, so it is the same on every shard.
 *
 * @param name   by which requests and explanations know it
 * @param field  with doc values
 * @param shape  how the field's value becomes the signal
 * @param scale  above 0: the value at which a saturation is one half, or the milliseconds in which a decay halves
 * @param weight from 0 to {@value Ranking#MAX_WEIGHT}, where the request says nothing else; below 0 for some, see {@link #mayCountAgainst}
 */
public record Signal(String name, String field, Shape shape, double scale, float weight) implements Writeable, ToXContentObject {
    /** How a field's value becomes a signal. */
    public enum Shape {
        /** {@code value / (value + scale)}, the saturation of Lucene's FeatureField; for counts such as sales. */
        SATURATION,
        /** {@code 2^(-age / scale)}, 1 for what is new or still to come; for dates. */
        DECAY,
        /** What the tracker itself counts in its item table, beside what is usual: {@code p / (p + mean)}. It has no field. */
        POPULARITY,
        /** What it ever counted, beside the mean, by its logarithm. It has no field. */
        ALL_TIME,
        /**
         * By chance, more for what less is known of: {@code u / √(1 + n)}, u from 0 to 1, n how many events liked or showed the
         * item; or, where that is more, the same times the cosine for a liked interest that n events made. It has no field.
         */
        CHANCE,
        /** The square root of how well the item goes with those of the history, as the trained model knows it. */
        BEHAVIOUR,
        /** 1 for an item of the user's history. */
        SEEN,
        /** How the words of a text field and those of the query meet: F1 of the field's words that are asked for and the asked ones that it has. */
        MATCH,
        /** Cosine of the encoded query and the item vector, 0 where it is below. */
        MEANING,
        /**
         * 1/n for the n-th newest item of the user's history: of what people come back to, most is what they left last (Anderson et
         * al., "The Dynamics of Repeat Consumption", WWW'14). 0 for what is not in it.
         */
        SEEN_LAST
    }

    /** The name of the signal that every tracker has. */
    public static final String POPULARITY = "popularity";
    public static final String ALL_TIME = "popularity_all_time";
    public static final String SEEN = "seen";
    public static final String SEEN_LAST = "seen_last";
    public static final String BEHAVIOUR = "behaviour";
    public static final String MEANING = "meaning";
    private static final String MATCH = "match_";
    private static final List<String> OF_EVERY_TRACKER = List.of(ALL_TIME, SEEN, SEEN_LAST, BEHAVIOUR, MEANING);
    /** What a search weighs under these names is something else. */
    private static final List<String> NOT_SIGNALS = List.of("relevance", "affinity", "explore");
    static final float DEFAULT_POPULARITY = 1.5f;

    /** What a search asks of chance. */
    public static Signal explore(float weight) {
        return new Signal("explore", "", Shape.CHANCE, 1, weight);
    }

    /**
     * Those that every tracker has and that weigh nothing until a search, a tracker or what was learned says so.
     *
     * @param textFields of the items, each with a signal {@code match_<field>}
     */
    public static List<Signal> unweighted(List<String> textFields) {
        Stream<Signal> own = Stream.of(
            new Signal(BEHAVIOUR, "", Shape.BEHAVIOUR, 1, 0),
            new Signal(SEEN, "", Shape.SEEN, 1, 0),
            new Signal(SEEN_LAST, "", Shape.SEEN_LAST, 1, 0),
            new Signal(ALL_TIME, "", Shape.ALL_TIME, 1, 0),
            new Signal(MEANING, "", Shape.MEANING, 1, 0)
        );
        return Stream.concat(own, textFields.stream().map(field -> new Signal(MATCH + field, field, Shape.MATCH, 1, 0))).toList();
    }

    /** The tracker's own count of what people like. */
    static Signal popularity(float weight) {
        return new Signal(POPULARITY, "", Shape.POPULARITY, 1, weight);
    }

    public Signal(StreamInput in) throws IOException {
        this(in.readString(), in.readString(), in.readEnum(Shape.class), in.readDouble(), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(name);
        out.writeString(field);
        out.writeEnum(shape);
        out.writeDouble(scale);
        out.writeFloat(weight);
    }

    /** @throws IllegalArgumentException naming the field, the value and what would be right */
    static Signal parse(String name, Object definition) {
        String path = "signals." + name;
        if (definition instanceof Map<?, ?> == false) {
            throw new IllegalArgumentException("[" + path + "] must be an object such as {\"field\": \"sales\", \"pivot\": 100}, got [" + definition + "]");
        }
        Map<?, ?> said = (Map<?, ?>) definition;
        if (name.equals(POPULARITY) && said.containsKey("field") == false) {
            ParsedObject.of(path, definition, "{\"weight\": 1.5}").requireOnly("weight");
            return popularity((float) number(path + ".weight", said.containsKey("weight") ? said.get("weight") : DEFAULT_POPULARITY, 0, Ranking.MAX_WEIGHT));
        }
        if (OF_EVERY_TRACKER.contains(name) || name.startsWith(MATCH)) {
            throw new IllegalArgumentException("[" + path + "] is a signal that every tracker has: give yours another name, or weigh it in [ranking]");
        }
        if (NOT_SIGNALS.contains(name)) {
            throw new IllegalArgumentException("[" + path + "] has the name of what ranking weighs beside signals: give it another one");
        }
        TreeSet<Object> unknown = new TreeSet<>(said.keySet());
        unknown.removeAll(List.of("field", "pivot", "half_life", "weight"));
        if (unknown.isEmpty() == false) {
            throw new IllegalArgumentException("[" + path + "] knows [field], [pivot], [half_life] and [weight], not " + unknown);
        }
        if (said.get("field") instanceof String == false || ((String) said.get("field")).isBlank()) {
            throw new IllegalArgumentException("[" + path + ".field] must name a numeric or date field, got [" + said.get("field") + "]");
        }
        if (said.containsKey("pivot") == said.containsKey("half_life")) {
            throw new IllegalArgumentException("[" + path + "] needs one of [pivot], for a count, and [half_life], for a date");
        }
        float weight = (float) number(path + ".weight", said.containsKey("weight") ? said.get("weight") : 1, 0, Ranking.MAX_WEIGHT);
        String field = (String) said.get("field");
        return said.containsKey("pivot")
            ? new Signal(name, field, Shape.SATURATION, number(path + ".pivot", said.get("pivot"), Double.MIN_VALUE, Double.MAX_VALUE), weight)
            : new Signal(name, field, Shape.DECAY, halfLife(path + ".half_life", said.get("half_life")), weight);
    }

    private static double number(String path, Object value, double least, double most) {
        double number = value instanceof Number given ? given.doubleValue() : Double.NaN;
        if ((number >= least && number <= most) == false) {
            String wanted = most == Double.MAX_VALUE ? "above 0" : "from " + (int) least + " to " + (int) most;
            throw new IllegalArgumentException("[" + path + "] must be a number " + wanted + ", got [" + value + "]");
        }
        return number;
    }

    private static double halfLife(String path, Object value) {
        return Tracker.time(path, String.valueOf(value)).millis();
    }

    /** Whether it depends on what the user did, item by item. */
    public boolean isOfHistory() {
        return shape == Shape.BEHAVIOUR || shape == Shape.SEEN || shape == Shape.SEEN_LAST;
    }

    /** Whether it may count against an item: people may want less of what they have seen, and less of nothing else. */
    public static boolean mayCountAgainst(String name) {
        return name.equals(SEEN) || name.equals(SEEN_LAST);
    }

    /**
     * @param value of the item's field
     * @param now   of the search, epoch milliseconds
     * @return from 0 to 1
     */
    public float of(double value, long now) {
        return switch (shape) {
            case SATURATION -> value > 0 ? (float) (value / (value + scale)) : 0;
            case DECAY -> (float) Math.pow(2, -Math.max(0, now - value) / scale);
            case POPULARITY, ALL_TIME, CHANCE, BEHAVIOUR, SEEN, SEEN_LAST, MATCH, MEANING -> (float) value;
        };
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        switch (shape) {
            case SATURATION -> builder.field("field", field).field("pivot", scale);
            case DECAY -> builder.field("field", field).field("half_life", inLargestUnit((long) scale).getStringRep());
            case POPULARITY, ALL_TIME, CHANCE, BEHAVIOUR, SEEN, SEEN_LAST, MATCH, MEANING -> {
            }
        }
        return builder.field("weight", weight).endObject();
    }

    /** As people write it: 12h, not 43200000ms. */
    private static TimeValue inLargestUnit(long millis) {
        return Stream.of(TimeUnit.DAYS, TimeUnit.HOURS, TimeUnit.MINUTES, TimeUnit.SECONDS)
            .filter(unit -> millis % unit.toMillis(1) == 0)
            .findFirst()
            .map(unit -> new TimeValue(unit.convert(millis, TimeUnit.MILLISECONDS), unit))
            .orElseGet(() -> TimeValue.timeValueMillis(millis));
    }
}
