package org.opensearch.affinity.tracker;

import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ObjectParser;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * How profiles count in a search. A request, a search pipeline and a tracker may each say some of it; a null was not said.
 *
 * @param weight       from 0 to {@value #MAX_WEIGHT}: how much affinity counts beside relevance
 * @param windowSize   how many of each shard's best documents are scored anew, from 1 to {@value #MAX_WINDOW_SIZE}
 * @param scoreMode    how relevance and the rest become one score
 * @param maxInterests how many of the heaviest interests take part
 * @param minAffinity  an interest counts for an item only where their cosine is at least this, from 0 to 1
 * @param diversity    from 0, the best first, to 1, none like another among the first
 * @param sessionWeight from 0 to 1: how much of an interest's strength comes from the present session, while there is one
 * @param ownItems     from 0 to 1: how much affinity counts for items of the user's own history; where nobody says it, as much
 *                     as the log shows that people come back to an item
 * @param explore      from 0 to {@value #MAX_WEIGHT}: how much an item may gain by chance if little is known of it, or of
 *                     an interest that it fits
 * @param relevance    from 0 to {@value #MAX_WEIGHT}: the power, or in a sum the factor, with which relevance counts
 * @param signals      weights of the tracker's signals by name, from 0 to {@value #MAX_WEIGHT}; others keep their own.
 *                     Below 0 for some, see {@link Signal#mayCountAgainst}
 */
public record Ranking(Float weight, Integer windowSize, ScoreMode scoreMode, Integer maxInterests, Float minAffinity, Float diversity,
    Float sessionWeight, Float ownItems, Float explore, Float relevance, Map<String, Float> signals) implements Writeable, ToXContentFragment {
    public static final float DEFAULT_WEIGHT = 4f;
    public static final float MAX_WEIGHT = 20f;
    private static final float DEFAULT_SESSION_WEIGHT = 0.5f;
    public static final int DEFAULT_WINDOW_SIZE = 1_000;
    public static final int MAX_WINDOW_SIZE = 10_000;
    /** Nothing said. */
    public static final Ranking UNSAID = new Ranking(null, null, null, null, null, null, null, null, null, null, Map.of());
    /** What holds where nobody says anything. */
    public static final Ranking DEFAULT = new Ranking(
        DEFAULT_WEIGHT,
        DEFAULT_WINDOW_SIZE,
        ScoreMode.MULTIPLY,
        Tracker.MAX_INTERESTS,
        0f,
        0f,
        DEFAULT_SESSION_WEIGHT,
        null,
        0f,
        1f,
        Map.of()
    );

    /** How relevance and what is known of item and user become one score. */
    public enum ScoreMode {
        /** Relevance times the exponential of the rest. */
        MULTIPLY,
        /** Relevance plus the rest. */
        SUM,
        /** The exponential of the rest alone; relevance only decides which documents are in the window. */
        REPLACE;

        /** @throws IllegalArgumentException naming the modes that there are */
        static ScoreMode parse(String name) {
            return Arrays.stream(values())
                .filter(mode -> mode.toString().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("[score_mode] must be one of " + Arrays.toString(values()) + ", got [" + name + "]"));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As it was said: values are checked once the parser is done, which would wrap the error that says what is wrong. */
    public static class Said {
        private String weight;
        private String windowSize;
        private String scoreMode;
        private String maxInterests;
        private String minAffinity;
        private String diversity;
        private String sessionWeight;
        private String ownItems;
        private String explore;
        private String relevance;
        private Map<String, Object> signals = Map.of();

        /** Adds the fields of a ranking to a parser. */
        public static <S extends Said> void declare(ObjectParser<S, Void> parser) {
            declare(parser, "weight", (said, value) -> said.weight = value);
            declare(parser, "window_size", (said, value) -> said.windowSize = value);
            declare(parser, "score_mode", (said, value) -> said.scoreMode = value);
            declare(parser, "max_interests", (said, value) -> said.maxInterests = value);
            declare(parser, "min_affinity", (said, value) -> said.minAffinity = value);
            declare(parser, "diversity", (said, value) -> said.diversity = value);
            declare(parser, "session_weight", (said, value) -> said.sessionWeight = value);
            declare(parser, "own_items", (said, value) -> said.ownItems = value);
            declare(parser, "explore", (said, value) -> said.explore = value);
            declare(parser, "relevance", (said, value) -> said.relevance = value);
            parser.declareObject((said, value) -> ((Said) said).signals = value, (p, c) -> p.map(), new ParseField("signals"));
        }

        private static <S extends Said> void declare(ObjectParser<S, Void> parser, String field, BiConsumer<Said, String> set) {
            parser.declareField((said, value) -> set.accept(said, value), XContentParser::text, new ParseField(field), ObjectParser.ValueType.VALUE);
        }

        /** @throws IllegalArgumentException naming the field, the value and what would be right */
        public Ranking ranking() {
            Map<String, Float> weights = new HashMap<>();
            signals.forEach((name, value) -> {
                if (value instanceof Number == false) {
                    throw new IllegalArgumentException("[signals." + name + "] must be a number from " + least(name) + " to 20, got [" + value + "]");
                }
                weights.put(name, ((Number) value).floatValue());
            });
            ScoreMode mode = scoreMode == null ? null : ScoreMode.parse(scoreMode);
            return new Ranking(
                number("weight", weight, MAX_WEIGHT),
                wholeNumber("window_size", windowSize, MAX_WINDOW_SIZE),
                mode,
                wholeNumber("max_interests", maxInterests, Tracker.MAX_INTERESTS),
                number("min_affinity", minAffinity, 1),
                number("diversity", diversity, 1),
                number("session_weight", sessionWeight, 1),
                number("own_items", ownItems, 1),
                number("explore", explore, MAX_WEIGHT),
                number("relevance", relevance, MAX_WEIGHT),
                weights
            );
        }

        private static Float number(String field, String value, float most) {
            try {
                return value == null ? null : Float.valueOf(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("[" + field + "] must be a number from 0 to " + (int) most + ", got [" + value + "]");
            }
        }

        private static Integer wholeNumber(String field, String value, int most) {
            try {
                return value == null ? null : Integer.valueOf(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("[" + field + "] must be a whole number from 1 to " + most + ", got [" + value + "]");
            }
        }
    }

    /** Every error names the field, the value and what would be right. */
    public Ranking {
        requireFromTo("weight", weight, MAX_WEIGHT);
        if (windowSize != null) {
            requireWindowSize(windowSize);
        }
        if (maxInterests != null && (maxInterests < 1 || maxInterests > Tracker.MAX_INTERESTS)) {
            throw new IllegalArgumentException(
                "[max_interests] must be from 1 to " + Tracker.MAX_INTERESTS + ", got [" + maxInterests + "]"
            );
        }
        requireFromTo("min_affinity", minAffinity, 1);
        requireFromTo("diversity", diversity, 1);
        requireFromTo("session_weight", sessionWeight, 1);
        requireFromTo("own_items", ownItems, 1);
        requireFromTo("explore", explore, MAX_WEIGHT);
        requireFromTo("relevance", relevance, MAX_WEIGHT);
        signals = Map.copyOf(signals);
        signals.forEach((name, value) -> requireFromTo("signals." + name, value, least(name), MAX_WEIGHT));
    }

    private static int least(String signal) {
        return Signal.mayCountAgainst(signal) ? (int) -MAX_WEIGHT : 0;
    }

    private static void requireFromTo(String field, Float value, float most) {
        requireFromTo(field, value, 0, most);
    }

    private static void requireFromTo(String field, Float value, int least, float most) {
        if (value != null && (value >= least && value <= most) == false) {
            throw new IllegalArgumentException("[" + field + "] must be a number from " + least + " to " + (int) most + ", got [" + value + "]");
        }
    }

    /** @throws IllegalArgumentException saying what would be right */
    public static void requireWindowSize(int windowSize) {
        if (windowSize < 1 || windowSize > MAX_WINDOW_SIZE) {
            throw new IllegalArgumentException("[window_size] must be from 1 to " + MAX_WINDOW_SIZE + ", got [" + windowSize + "]");
        }
    }

    public Ranking(StreamInput in) throws IOException {
        this(
            in.readOptionalFloat(),
            in.readOptionalVInt(),
            in.readBoolean() ? in.readEnum(ScoreMode.class) : null,
            in.readOptionalVInt(),
            in.readOptionalFloat(),
            in.readOptionalFloat(),
            in.readOptionalFloat(),
            in.readOptionalFloat(),
            in.readOptionalFloat(),
            in.readOptionalFloat(),
            in.readMap(StreamInput::readString, StreamInput::readFloat)
        );
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeOptionalFloat(weight);
        out.writeOptionalVInt(windowSize);
        out.writeBoolean(scoreMode != null);
        if (scoreMode != null) {
            out.writeEnum(scoreMode);
        }
        out.writeOptionalVInt(maxInterests);
        out.writeOptionalFloat(minAffinity);
        out.writeOptionalFloat(diversity);
        out.writeOptionalFloat(sessionWeight);
        out.writeOptionalFloat(ownItems);
        out.writeOptionalFloat(explore);
        out.writeOptionalFloat(relevance);
        out.writeMap(signals, StreamOutput::writeString, StreamOutput::writeFloat);
    }

    /** One that says what affinity, relevance and signals weigh, and nothing else. */
    public static Ranking ofWeights(Float weight, Float relevance, Map<String, Float> signals) {
        return new Ranking(weight, null, null, null, null, null, null, null, null, relevance, signals);
    }

    /** What this one does not say, the other may. */
    public Ranking orElse(Ranking other) {
        Map<String, Float> all = new HashMap<>(other.signals);
        all.putAll(signals);
        return new Ranking(
            weight != null ? weight : other.weight,
            windowSize != null ? windowSize : other.windowSize,
            scoreMode != null ? scoreMode : other.scoreMode,
            maxInterests != null ? maxInterests : other.maxInterests,
            minAffinity != null ? minAffinity : other.minAffinity,
            diversity != null ? diversity : other.diversity,
            sessionWeight != null ? sessionWeight : other.sessionWeight,
            ownItems != null ? ownItems : other.ownItems,
            explore != null ? explore : other.explore,
            relevance != null ? relevance : other.relevance,
            all
        );
    }

    /** What was said, as fields of the object around it. */
    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        if (weight != null) {
            builder.field("weight", weight);
        }
        if (windowSize != null) {
            builder.field("window_size", windowSize);
        }
        if (scoreMode != null) {
            builder.field("score_mode", scoreMode.toString());
        }
        if (maxInterests != null) {
            builder.field("max_interests", maxInterests);
        }
        if (minAffinity != null) {
            builder.field("min_affinity", minAffinity);
        }
        if (diversity != null) {
            builder.field("diversity", diversity);
        }
        if (sessionWeight != null) {
            builder.field("session_weight", sessionWeight);
        }
        if (ownItems != null) {
            builder.field("own_items", ownItems);
        }
        if (explore != null) {
            builder.field("explore", explore);
        }
        if (relevance != null) {
            builder.field("relevance", relevance);
        }
        if (signals.isEmpty() == false) {
            builder.field("signals", new TreeMap<>(signals));
        }
        return builder;
    }
}
