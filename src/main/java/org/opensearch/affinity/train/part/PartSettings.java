package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.Hyperparameter;
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

    private static final Map<String, Map<String, ValueReader<Double>>> READERS = Map.of(
        Signal.NEIGHBOURS,
        Map.of("user", EXPONENT, "from", EXPONENT, "to", EXPONENT, "backward", Values.number(0, 1), "closeness", FACTOR, "keep", FACTOR),
        Signal.GRAPH,
        Map.of("dimension", whole(LowPass.MAX_DIMENSION), "keep", FACTOR),
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
        ValueReader<Integer> reader = Values.wholeNumber(1, max);
        return (parser, path) -> reader.read(parser, path).doubleValue();
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
