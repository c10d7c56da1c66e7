package org.opensearch.affinity.learn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Coordinate ascent over settings: turns one dial after another and leaves each where a figure is largest, the earlier value
 * where two are equal, until a round changes nothing or rounds are over. What was tried already is not tried again.
 *
 * @param rounds how often all dials are turned, at least 1
 */
public record CoordinateSearch<M>(List<Hyperparameter<M>> dials, int rounds) {
    /** What one setting gave. */
    public record Trial<M>(M method, double figure) {}

    /** What should be large. */
    @FunctionalInterface
    public interface Figure<M> {
        /** @param watch over this trial */
        double of(M method, ProgressListener watch);
    }

    /**
     * @param start where the dials stand before
     * @param heard is told of each trial as it is made
     */
    public Trial<M> best(M start, Figure<M> figure, ProgressListener watch, Consumer<Trial<M>> heard) {
        Map<M, Double> tried = new HashMap<>();
        int most = Math.max(1, rounds * dials.stream().mapToInt(dial -> dial.turns().size()).sum());
        Trial<M> best = new Trial<>(start, Double.NEGATIVE_INFINITY);
        int made = 0;
        for (int round = 0; round < rounds; round++) {
            M before = best.method;
            for (Hyperparameter<M> dial : dials) {
                M from = best.method;
                for (Hyperparameter.Turn<M> turn : dial.turns()) {
                    M method = turn.turn(from);
                    double part = Math.min(1, (double) made++ / most);
                    ProgressListener now = watch.part(part, Math.min(1, (double) made / most));
                    if (tried.containsKey(method) == false) {
                        Trial<M> trial = new Trial<>(method, figure.of(method, now));
                        tried.put(method, trial.figure);
                        heard.accept(trial);
                        best = trial.figure > best.figure ? trial : best;
                    }
                }
            }
            if (best.method.equals(before)) {
                break;
            }
        }
        return best;
    }
}
