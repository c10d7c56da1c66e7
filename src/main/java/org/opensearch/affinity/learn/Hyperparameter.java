package org.opensearch.affinity.learn;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * One setting of a method, and the values that may be tried.
 *
 * @param turns the method with each of the values
 */
public record Hyperparameter<M>(String name, List<Turn<M>> turns) {
    /** The method with one value, whatever else it has. */
    @FunctionalInterface
    public interface Turn<M> {
        M turn(M method);
    }

    @SafeVarargs
    public static <M, V> Hyperparameter<M> of(String name, BiFunction<M, V, M> with, V... values) {
        return new Hyperparameter<>(name, Stream.of(values).<Turn<M>>map(value -> method -> with.apply(method, value)).toList());
    }
}
