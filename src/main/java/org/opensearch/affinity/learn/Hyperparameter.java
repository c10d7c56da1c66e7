package org.opensearch.affinity.learn;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One hyperparameter of a method, and the values that a search may try.
 *
 * @param values functions that each return the method with one value of this hyperparameter and all others unchanged
 */
public record Hyperparameter<M>(String name, List<UnaryOperator<M>> values) {
    /** @param with returns the method with a value of the hyperparameter */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <M, V> Hyperparameter<M> of(String name, BiFunction<M, V, M> with, V... values) {
        return new Hyperparameter<>(name, Stream.of(values).<UnaryOperator<M>>map(value -> method -> with.apply(method, value)).toList());
    }
}
