package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.cluster.Segments;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.learn.rating.RatingFactors;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings of parts that a request gives; a training chooses the others. Immutable.
 *
 * @param byPart values by name, by name of the part
 */
public record PartSettings(Map<String, Map<String, Double>> byPart) {
    /** A training chooses all of them. */
    public static final PartSettings NONE = new PartSettings(Map.of());
    private static final ValueReader<Double> FACTOR = Values.number("a number above 0, at most 1", number -> number > 0 && number <= 1);
    private static final ValueReader<Double> EXPONENT = Values.number(-4, 4);
    private static final ValueReader<Double> POSITIVE = Values.positiveNumber();
    private static final ValueReader<Double> DROPOUT = Values.number("a number from 0, below 1", number -> number >= 0 && number < 1);
    private static final int MAX_EPOCHS = 1_000;
    private static final int MAX_DIVERGENCE = 100;

    private static final Map<String, Map<String, ValueReader<Double>>> READERS = Map.of(
        Signal.NEIGHBOURS,
        Map.of("user", EXPONENT, "from", EXPONENT, "to", EXPONENT, "backward", Values.number(0, 1), "closeness", FACTOR, "keep", FACTOR),
        Signal.GRAPH,
        Map.of(
            "dimension",
            whole(LowPass.MAX_DIMENSION),
            "damping",
            Values.number(0, 4),
            "user",
            EXPONENT,
            "from",
            EXPONENT,
            "steps",
            whole(0, GraphMethods.MAX_STEPS),
            "keep",
            FACTOR
        ),
        Signal.ATTENTION,
        Map.of(
            "dimension",
            even(AttentionMethods.MAX_DIMENSION),
            "layers",
            whole(AttentionMethods.MAX_LAYERS),
            "dropout",
            DROPOUT,
            "temperature",
            Values.number("a number from 0.01 to 10", number -> number >= 0.01 && number <= 10),
            "epochs",
            whole(MAX_EPOCHS),
            "rate",
            POSITIVE
        ),
        Signal.VAE,
        Map.of(
            "dimension",
            whole(VaeMethods.MAX_DIMENSION),
            "hidden",
            whole(2 * VaeMethods.MAX_DIMENSION),
            "dropout",
            DROPOUT,
            "divergence",
            Values.number(0, MAX_DIVERGENCE),
            "epochs",
            whole(MAX_EPOCHS),
            "rate",
            POSITIVE
        ),
        Signal.CONCEPTS,
        Map.of(
            "concepts",
            whole(2, VaeMethods.MAX_CONCEPTS),
            "dimension",
            whole(VaeMethods.MAX_DIMENSION_OF_CONCEPT),
            "hidden",
            whole(2 * VaeMethods.MAX_DIMENSION),
            "dropout",
            DROPOUT,
            "divergence",
            Values.number(0, MAX_DIVERGENCE),
            "epochs",
            whole(MAX_EPOCHS),
            "rate",
            POSITIVE
        ),
        Signal.SEGMENTS,
        Map.of(
            SegmentMethods.LEVELS,
            whole(Segments.MAX_LEVELS),
            "dimension",
            whole(Segments.MAX_TASTE),
            SegmentMethods.TEMPERATURE,
            Values.number("a number from 0.01 to 10", number -> number >= 0.01 && number <= 10),
            SegmentMethods.PRIOR,
            POSITIVE,
            SegmentMethods.DENSITY,
            whole(0, 1),
            SegmentMethods.LEAST,
            whole(20, 1_000_000)
        ),
        Signal.FACTORS,
        Map.of(
            "dimension",
            whole(ImplicitFactors.MAX_DIMENSION),
            "iterations",
            whole(100),
            "alpha",
            POSITIVE,
            "lambda",
            POSITIVE,
            "nu",
            Values.number(0, 1),
            "keep",
            FACTOR
        ),
        Signal.RATINGS,
        Map.of(
            "dimension",
            whole(RatingFactors.MAX_DIMENSION),
            "iterations",
            whole(100),
            "lambda",
            Values.number("a number of at least " + RatingFactors.MIN_LAMBDA, number -> number >= RatingFactors.MIN_LAMBDA),
            "nu",
            Values.number(0, 1),
            "damping",
            Values.number(0, 1_000)
        )
    );

    /** Reads {@link #byPart}. */
    public static final ValueReader<Map<String, Map<String, Double>>> READER = Values.map(
        "an object such as {\"graph\": {\"dimension\": 64}}",
        part -> READERS.containsKey(part) ? Values.map("an object such as {\"dimension\": 64}", setting -> reader(part, setting)) : unknown(READERS)
    );

    private static ValueReader<Double> whole(int max) {
        return whole(1, max);
    }

    private static ValueReader<Double> whole(int min, int max) {
        ValueReader<Integer> reader = Values.wholeNumber(min, max);
        return (parser, path) -> reader.read(parser, path).doubleValue();
    }

    private static ValueReader<Double> even(int max) {
        String wanted = "an even number from 2 to " + max;
        return Values.number(wanted, number -> number >= 2 && number <= max && number % 2 == 0);
    }

    private static ValueReader<Double> reader(String part, String setting) {
        ValueReader<Double> reader = READERS.get(part).get(setting);
        return reader != null ? reader : unknown(READERS.get(part));
    }

    private static <T> ValueReader<T> unknown(Map<String, ?> known) {
        return (parser, path) -> {
            throw path.error("is unknown; known: " + new TreeMap<>(known).keySet());
        };
    }

    /** The settings of a part; empty for none. */
    Map<String, Double> of(String part) {
        return byPart.getOrDefault(part, Map.of());
    }

    /** Returns neighbours with the settings that are given. */
    public Neighbourhood neighbours(Neighbourhood standard) {
        Map<String, Double> given = of(Signal.NEIGHBOURS);
        return new Neighbourhood(
            given.getOrDefault("user", standard.userExponent()),
            given.getOrDefault("from", standard.fromExponent()),
            given.getOrDefault("to", standard.toExponent()),
            given.getOrDefault("backward", standard.backward()),
            given.getOrDefault("closeness", standard.closeness()),
            given.getOrDefault("keep", standard.recencyDecay()),
            standard.maxNeighbours()
        );
    }

    /** Returns the hyperparameters of a part that are not given. */
    public <M> List<Hyperparameter<M>> open(String part, List<Hyperparameter<M>> all) {
        return all.stream().filter(parameter -> of(part).containsKey(parameter.name()) == false).toList();
    }
}
