package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides which signals a search uses, and the weight of each. A weight in {@link Ranking#signals()} replaces the default of the tracker's
 * definition; the ranking itself was merged before, with the precedence request, pipeline, tracker, trained model, default.
 */
public final class SignalWeights {
    private SignalWeights() {}

    /**
     * All signals of a tracker with their default weights: first those that it defines, then those that every tracker has, with weight 0.
     */
    public static List<Signal> defaults(Tracker tracker) {
        List<Signal> signals = new ArrayList<>(tracker.signals());
        signals.addAll(Signal.unweighted(tracker.items().textFields()));
        return signals;
    }

    /**
     * The signals of a search whose weight is not 0. The exploration bonus is the last.
     *
     * @param ranking with every parameter set
     */
    static List<Signal> of(Tracker tracker, Ranking ranking) {
        List<Signal> signals = new ArrayList<>();
        for (Signal signal : defaults(tracker)) {
            float weight = ranking.signals().getOrDefault(signal.name(), signal.weight());
            if (weight != 0) {
                signals.add(new Signal(signal.name(), signal.field(), signal.shape(), signal.scale(), weight));
            }
        }
        if (ranking.explore() != 0) {
            signals.add(Signal.explore(ranking.explore()));
        }
        return List.copyOf(signals);
    }
}
