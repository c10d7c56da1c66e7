package org.opensearch.affinity.learn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Finds the settings of a method that fit a log, on a held-out part of it: turns one dial after another and leaves each where
 * the figure is largest, the earlier value where two are equal, until a round changes nothing or rounds are over. What was tried
 * already is not tried again.
 *
 * @param figure what should be large
 * @param rounds how often all dials are turned, at least 1
 */
public record Tuning<M extends Method>(List<Dial<M>> dials, ToDoubleFunction<Verdict> figure, int rounds) {
    /** What one setting gave. */
    public record Trial<M>(M method, double figure) {}

    /**
     * @param start where the dials stand before
     * @param heard is told of each trial as it is made
     */
    public Trial<M> best(M start, HeldOut held, Crew crew, Watch watch, Consumer<Trial<M>> heard) {
        Map<M, Double> tried = new HashMap<>();
        int most = Math.max(1, rounds * dials.stream().mapToInt(dial -> dial.turns().size()).sum());
        Trial<M> best = new Trial<>(start, Double.NEGATIVE_INFINITY);
        int made = 0;
        for (int round = 0; round < rounds; round++) {
            M before = best.method;
            for (Dial<M> dial : dials) {
                M from = best.method;
                for (Dial.Turn<M> turn : dial.turns()) {
                    M method = turn.turn(from);
                    double part = Math.min(1, (double) made++ / most);
                    Watch now = watch.part(part, Math.min(1, (double) made / most));
                    if (tried.containsKey(method) == false) {
                        Trial<M> trial = new Trial<>(method, figure(method, held, crew, now));
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

    private double figure(M method, HeldOut held, Crew crew, Watch watch) {
        Model model = method.learn(held.log(), crew, watch.part(0, 0.7));
        return figure.applyAsDouble(held.judge(model, crew, watch.part(0.7, 1)));
    }
}
