package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The state of a training after an epoch, from which it can be continued with the same result.
 *
 * @param epochs     number of completed epochs
 * @param steps      number of completed steps
 * @param weights    as they are
 * @param means      of the gradients, for Adam
 * @param squares    means of the gradients' squares, for Adam
 * @param best       the weights with the best figure on the held-out part
 * @param bestEpochs number of epochs after which that was
 * @param bestFigure the best figure; higher is better
 */
public record Checkpoint(
    int epochs,
    long steps,
    List<NamedArray> weights,
    List<NamedArray> means,
    List<NamedArray> squares,
    List<NamedArray> best,
    int bestEpochs,
    double bestFigure
) {
    /** Whether the arrays have the names and shapes of those of another state. */
    public boolean isLike(Checkpoint other) {
        return areLike(weights, other.weights) && areLike(means, other.means) && areLike(squares, other.squares) && areLike(best, other.best);
    }

    private static boolean areLike(List<NamedArray> arrays, List<NamedArray> others) {
        return arrays.size() == others.size() && IntStream.range(0, arrays.size()).allMatch(i -> arrays.get(i).isLike(others.get(i)));
    }

    /** Returns the state before the first epoch. */
    static Checkpoint initial(List<NamedArray> weights, double figure) {
        List<NamedArray> zeros = weights.stream().map(weight -> weight.with(new float[weight.values().length])).toList();
        return new Checkpoint(0, 0, weights, zeros, zeros, weights, 0, figure);
    }
}
