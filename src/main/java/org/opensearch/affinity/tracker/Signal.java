package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A number from 0 to 1 of an item, beside the relevance of the query and the affinity to the user's interests. It depends only on the item,
 * the search and the time of the search, so it is the same on every shard.
 *
 * @param name   in requests and explanations
 * @param field  the item's field, with doc values; empty for shapes that read none
 * @param shape  how the signal is computed
 * @param scale  above 0: the value at which a saturation is one half, or the half-life of a decay in milliseconds; 1 for other shapes
 * @param weight from 0 to {@value Ranking#MAX_WEIGHT}, where the request sets no other; may be negative for some, see
 *               {@link #mayCountAgainst}
 */
public record Signal(String name, String field, Shape shape, double scale, float weight) implements Writeable, ToXContentObject {
    private static final Format FORMAT = Format.first(Signal.class);

    private enum Trait {
        /** It depends on each item of the user's history. */
        OF_HISTORY,
        /** Its weight may be negative. */
        MAY_COUNT_AGAINST
    }

    /**
     * How a signal is computed. A shape with a name is a built-in signal, which every tracker has. A new built-in signal is one constant
     * here, and its computation in ranking.
     */
    public enum Shape {
        /** {@code value / (value + scale)}, the saturation of Lucene's FeatureField. For counts such as sales. */
        SATURATION,
        /** {@code 2^(-age / scale)}, and 1 for dates in the future. */
        DECAY,
        /** {@code p / (p + mean)}, where p is the decayed weight of the events that liked the item. */
        POPULARITY("popularity"),
        /** The square root of how similar the item is to the items of the history: the part {@code neighbours} of the trained model. */
        NEIGHBOURS("neighbours", Trait.OF_HISTORY),
        /** 1 for an item of the user's history, else 0. */
        SEEN("seen", Trait.OF_HISTORY, Trait.MAY_COUNT_AGAINST),
        /**
         * 1/n for the n-th newest item of the user's history, else 0: of repeated items, most are those consumed last (Anderson et al.,
         * "The Dynamics of Repeat Consumption", WWW'14).
         */
        SEEN_LAST("seen_last", Trait.OF_HISTORY, Trait.MAY_COUNT_AGAINST),
        /** The logarithm of the undecayed weight of the events that liked the item, in relation to the mean. */
        ALL_TIME("popularity_all_time"),
        /** The cosine of the encoded query and the item vector, 0 if it is negative. */
        MEANING("meaning"),
        /** F1 of the words of a text field and those of the query. One signal for each text field of the tracker. */
        MATCH,
        /**
         * The exploration bonus: {@code u / √(1 + n)}, with u random from 0 to 1 and n the number of events that liked or showed the item;
         * or the same times the cosine for a liked interest that n events made, if that is more.
         */
        CHANCE,
        /** The square root of the score for the history: the part {@code graph} of the trained model, graph convolution. */
        GRAPH("graph", Trait.OF_HISTORY),
        /** The square root of the score for the history: the part {@code factors} of the trained model, matrix factorisation. */
        FACTORS("factors", Trait.OF_HISTORY),
        /**
         * The place of the predicted rating in the range of the ratings: the part {@code ratings} of the trained model, matrix factorisation of
         * ratings.
         */
        RATINGS("ratings", Trait.OF_HISTORY),
        /** The square root of the score for the history: the part {@code attention} of the trained model. */
        ATTENTION("attention", Trait.OF_HISTORY),
        /** The square root of the score for the history: the part {@code vae} of the trained model, a variational autoencoder. */
        VAE("vae", Trait.OF_HISTORY),
        /** The square root of the score for the history: the part {@code concepts} of the trained model, an autoencoder of several kinds of interests. */
        CONCEPTS("concepts", Trait.OF_HISTORY),
        /** The square root of the score for the history: the part {@code segments} of the trained model, what is popular in the user's segments. */
        SEGMENTS("segments", Trait.OF_HISTORY);

        private final String builtIn;
        private final List<Trait> traits;

        Shape() {
            this(null);
        }

        Shape(String builtIn, Trait... traits) {
            this.builtIn = builtIn;
            this.traits = List.of(traits);
        }

        private static Stream<Shape> builtIns() {
            return Arrays.stream(values()).filter(shape -> shape.builtIn != null);
        }

        private static Optional<Shape> builtIn(String name) {
            return builtIns().filter(shape -> shape.builtIn.equals(name)).findAny();
        }
    }

    public static final String POPULARITY = Shape.POPULARITY.builtIn;
    public static final String SEEN = Shape.SEEN.builtIn;
    public static final String SEEN_LAST = Shape.SEEN_LAST.builtIn;
    public static final String NEIGHBOURS = Shape.NEIGHBOURS.builtIn;
    public static final String GRAPH = Shape.GRAPH.builtIn;
    public static final String FACTORS = Shape.FACTORS.builtIn;
    public static final String ATTENTION = Shape.ATTENTION.builtIn;
    public static final String VAE = Shape.VAE.builtIn;
    public static final String CONCEPTS = Shape.CONCEPTS.builtIn;
    public static final String SEGMENTS = Shape.SEGMENTS.builtIn;
    public static final String RATINGS = Shape.RATINGS.builtIn;
    public static final String MEANING = Shape.MEANING.builtIn;
    private static final String MATCH = "match_";
    /** Names of weights that a training learns beside those of signals. */
    private static final List<String> NOT_SIGNALS = List.of("relevance", "affinity", "explore");
    private static final float DEFAULT_POPULARITY = 1.5f;

    /** A definition as it was sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            PARSER.declare("field", Values.text("the name of a numeric field or a date field"), (b, value) -> b.field = value);
            PARSER.declare("pivot", Values.positiveNumber(), (b, value) -> b.pivot = value);
            PARSER.declare("half_life", Values.time("[30d] or [12h]"), (b, value) -> b.halfLife = value);
            PARSER.declare("weight", Values.number(0, Ranking.MAX_WEIGHT), (b, value) -> b.weight = value.floatValue());
        }

        private String field;
        private Double pivot;
        private TimeValue halfLife;
        private Float weight;

        private Signal build(String name, FieldPath path) {
            if (name.equals(POPULARITY) && field == null) {
                if (pivot != null || halfLife != null) {
                    throw path.error("takes only [weight] unless it has a [field]");
                }
                return popularity(weight == null ? DEFAULT_POPULARITY : weight);
            }
            path.field("field").require(field, "name a numeric field or a date field");
            if ((pivot == null) == (halfLife == null)) {
                throw path.error("needs one of [pivot], for a count, and [half_life], for a date");
            }
            Shape shape = pivot != null ? Shape.SATURATION : Shape.DECAY;
            return new Signal(name, field, shape, pivot != null ? pivot : halfLife.millis(), weight == null ? 1 : weight);
        }
    }

    /** The reader of the definition of a signal. */
    static ValueReader<Signal> reader(String name) {
        ValueReader<Signal> reader = Builder.PARSER.reader(
            "an object such as {\"field\": \"sales\", \"pivot\": 100}",
            (builder, path) -> builder.build(name, path)
        );
        return (parser, path) -> {
            if (name.startsWith(MATCH) || name.equals(POPULARITY) == false && Shape.builtIn(name).isPresent()) {
                throw path.error("is a signal that every tracker has: give yours another name, or weigh it in [ranking]");
            }
            if (NOT_SIGNALS.contains(name)) {
                throw path.error("has the name of what ranking weighs beside signals: give it another one");
            }
            return reader.read(parser, path);
        };
    }

    /** The exploration bonus. */
    public static Signal explore(float weight) {
        return new Signal("explore", "", Shape.CHANCE, 1, weight);
    }

    /**
     * The signals of every tracker whose weight is 0 by default.
     *
     * @param textFields of the items, each with a signal {@code match_<field>}
     */
    public static List<Signal> unweighted(List<String> textFields) {
        Stream<Shape> shapes = Shape.builtIns().filter(shape -> shape != Shape.POPULARITY);
        Stream<Signal> matches = textFields.stream().map(field -> new Signal(MATCH + field, field, Shape.MATCH, 1, 0));
        return Stream.concat(shapes.map(shape -> new Signal(shape.builtIn, "", shape, 1, 0)), matches).toList();
    }

    /** The signal that every tracker has with a weight of its own. */
    private static Signal popularity(float weight) {
        return new Signal(POPULARITY, "", Shape.POPULARITY, 1, weight);
    }

    /** {@link #popularity} with its default weight. */
    static Signal defaultPopularity() {
        return popularity(DEFAULT_POPULARITY);
    }

    public Signal(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Signal(Frame in) throws IOException {
        this(in.readString(), in.readString(), in.readEnum(Shape.class), in.readDouble(), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(name);
            out.writeString(field);
            out.writeEnum(shape);
            out.writeDouble(scale);
            out.writeFloat(weight);
        }
    }

    /** Whether it depends on each item of the user's history. */
    public boolean isOfHistory() {
        return shape.traits.contains(Trait.OF_HISTORY);
    }

    /** Whether the weight of this signal may be negative: users may want less of what they have seen. */
    public static boolean mayCountAgainst(String name) {
        return Shape.builtIn(name).filter(shape -> shape.traits.contains(Trait.MAY_COUNT_AGAINST)).isPresent();
    }

    /** Whether the signal of this name compares items with a text, without which it is 0. */
    public static boolean isOfText(String name) {
        return name.equals(MEANING) || name.startsWith(MATCH);
    }

    static List<String> namesThatMayCountAgainst() {
        return Shape.builtIns().map(shape -> shape.builtIn).filter(Signal::mayCountAgainst).toList();
    }

    /**
     * The signal of a value.
     *
     * @param value of the item's field, in milliseconds since the epoch for a decay; for shapes without a field, the signal itself
     * @param now   time of the search, epoch milliseconds
     * @return from 0 to 1
     */
    public float of(double value, long now) {
        return switch (shape) {
            case SATURATION -> value > 0 ? (float) (value / (value + scale)) : 0;
            case DECAY -> (float) Math.pow(2, -Math.max(0, now - value) / scale);
            default -> (float) value;
        };
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        if (shape == Shape.SATURATION) {
            builder.field("field", field).field("pivot", scale);
        } else if (shape == Shape.DECAY) {
            builder.field("field", field).field("half_life", inLargestUnit((long) scale).getStringRep());
        }
        return builder.field("weight", weight).endObject();
    }

    /** In the largest unit without a fraction: 12h, not 43200000ms. */
    private static TimeValue inLargestUnit(long millis) {
        return Stream.of(TimeUnit.DAYS, TimeUnit.HOURS, TimeUnit.MINUTES, TimeUnit.SECONDS)
            .filter(unit -> millis % unit.toMillis(1) == 0)
            .findFirst()
            .map(unit -> new TimeValue(unit.convert(millis, TimeUnit.MILLISECONDS), unit))
            .orElseGet(() -> TimeValue.timeValueMillis(millis));
    }
}
