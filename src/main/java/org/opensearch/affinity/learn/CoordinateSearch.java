package org.opensearch.affinity.learn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Coordinate ascent over hyperparameters: varies one after another and keeps the value with the largest objective. On a tie the
 * earlier trial wins. The search ends after a round without improvement, or when all rounds are done. No setting is evaluated
 * twice.
 *
 * @param rounds largest number of passes over all hyperparameters, at least 1
 */
public record CoordinateSearch<M>(List<Hyperparameter<M>> hyperparameters, int rounds) {
    /** One evaluated setting and the value of the objective. */
    public record Trial<M>(M method, double value) {}

    /** The function to maximise. */
    @FunctionalInterface
    public interface Objective<M> {
        /** @param progress of this evaluation alone */
        double evaluate(M method, ProgressListener progress);
    }

    /**
     * Returns the best trial. Without hyperparameters it is the only one, of the setting to begin with.
     *
     * @param start   the setting to begin with
     * @param onTrial called after each trial
     */
    public Trial<M> maximise(M start, Objective<M> objective, ProgressListener progress, Consumer<Trial<M>> onTrial) {
        if (hyperparameters.isEmpty()) {
            Trial<M> only = new Trial<>(start, objective.evaluate(start, progress));
            onTrial.accept(only);
            return only;
        }
        Map<M, Double> evaluated = new HashMap<>();
        int steps = Math.max(1, rounds * hyperparameters.stream().mapToInt(hyperparameter -> hyperparameter.values().size()).sum());
        int step = 0;
        Trial<M> best = new Trial<>(start, Double.NEGATIVE_INFINITY);
        for (int round = 0; round < rounds; round++) {
            M before = best.method;
            for (Hyperparameter<M> hyperparameter : hyperparameters) {
                M base = best.method;
                for (UnaryOperator<M> value : hyperparameter.values()) {
                    M method = value.apply(base);
                    ProgressListener own = progress.part(Math.min(1, (double) step / steps), Math.min(1, (step + 1.0) / steps));
                    step++;
                    if (evaluated.containsKey(method) == false) {
                        Trial<M> trial = new Trial<>(method, objective.evaluate(method, own));
                        evaluated.put(method, trial.value);
                        onTrial.accept(trial);
                        best = trial.value > best.value ? trial : best;
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
