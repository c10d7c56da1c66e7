package org.opensearch.affinity.learn.neighbour;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.TopK;

import java.util.List;
import java.util.stream.Stream;

/**
 * Items go together that the same people took. With users' and items' degrees d (what their interactions weigh together) and
 * the weights w of interactions,
 *
 * <pre>similarity(h → j) = Σ_u w_uh · w_uj · near_u(h, j) / (d_u^user · d_h^from · d_j^to)</pre>
 *
 * where {@code near = closeness^(g - 1)} for two items that stand g apart in u's row, times {@code backward} if he took j first.
 * Pairs that stand more than {@value #REACH} apart count nothing, which bounds the work to 2,000 pairs an interaction. In a
 * log without order, {@code backward}, {@code closeness} and {@code keep} are 1.
 *
 * <p>Special cases: cosine of items (Sarwar et al., "Item-based collaborative filtering recommendation algorithms", WWW'01);
 * LinkProp (Fu et al., "Revisiting neighborhood-based link prediction for collaborative filtering", WWW'22 companion), whose
 * scores are {@code D_U^-α A D_I^-β Aᵀ D_U^-γ A D_I^-δ}, α of no effect on a user's order and β, γ, δ our from, user, to; with
 * exponents ½, 1, ½ the linear part of GF-CF (see {@code LowPass}).
 *
 * @param user      how much less each pair of a busy user says
 * @param from      how much less an item of the history says that many took
 * @param to        how much less an item is found that many took
 * @param backward  what a pair counts against its order, from 0 to 1
 * @param closeness what a pair counts of one that stands one place closer together, above 0, at most 1
 * @param keep      what each item of a history counts of the next newer one, above 0, at most 1
 * @param most      how many neighbours are kept of each item, at least 1
 */
public record Neighbourhood(double user, double from, double to, double backward, double closeness, double keep, int most) implements LearningMethod {
    /** Farther apart than this in a user's row, two items are no pair. */
    static final int REACH = 1_000;
    private static final int SLICE = 64;

    public Neighbourhood {
        require(finite(user) && finite(from) && finite(to), "exponents must be from -4 to 4", user + ", " + from + ", " + to);
        require(backward >= 0 && backward <= 1, "[backward] must be from 0 to 1", backward);
        require(closeness > 0 && closeness <= 1, "[closeness] must be above 0 and at most 1", closeness);
        require(keep > 0 && keep <= 1, "[keep] must be above 0 and at most 1", keep);
        require(most >= 1, "[most] must be at least 1", most);
    }

    private static boolean finite(double exponent) {
        return Math.abs(exponent) <= 4;
    }

    private static void require(boolean right, String message, Object got) {
        if (right == false) {
            throw new IllegalArgumentException(message + ", got " + got);
        }
    }

    /** Cosine, with the newest items counting most. */
    public static Neighbourhood cosine() {
        return new Neighbourhood(0, 0.5, 0.5, 1, 1, 0.7, 100);
    }

    /** The exponents that were best for gowalla in its authors' paper are near these. */
    public static Neighbourhood linkProp() {
        return new Neighbourhood(0.7, 0.4, 0.4, 1, 1, 1, 200);
    }

    /** What may be tried to make it fit a log. */
    public static List<Hyperparameter<Neighbourhood>> dials(InteractionMatrix log) {
        List<Hyperparameter<Neighbourhood>> exponents = List.of(
            Hyperparameter.of("user", Neighbourhood::withUser, 0.0, 0.3, 0.5, 0.7, 0.85, 1.0),
            Hyperparameter.of("from", Neighbourhood::withFrom, 0.0, 0.2, 0.3, 0.4, 0.5, 0.6),
            Hyperparameter.of("to", Neighbourhood::withTo, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
        );
        List<Hyperparameter<Neighbourhood>> order = List.of(
            Hyperparameter.of("backward", Neighbourhood::withBackward, 0.0, 0.1, 0.2, 0.5, 1.0),
            Hyperparameter.of("closeness", Neighbourhood::withCloseness, 0.7, 0.8, 0.9, 1.0),
            Hyperparameter.of("keep", Neighbourhood::withKeep, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
        );
        return log.ordered() ? Stream.concat(order.stream(), exponents.stream()).toList() : exponents;
    }

    public Neighbourhood withUser(double user) {
        return new Neighbourhood(user, from, to, backward, closeness, keep, most);
    }

    public Neighbourhood withFrom(double from) {
        return new Neighbourhood(user, from, to, backward, closeness, keep, most);
    }

    public Neighbourhood withTo(double to) {
        return new Neighbourhood(user, from, to, backward, closeness, keep, most);
    }

    public Neighbourhood withBackward(double backward) {
        return new Neighbourhood(user, from, to, backward, closeness, keep, most);
    }

    public Neighbourhood withCloseness(double closeness) {
        return new Neighbourhood(user, from, to, backward, closeness, keep, most);
    }

    public Neighbourhood withKeep(double keep) {
        return new Neighbourhood(user, from, to, backward, closeness, keep, most);
    }

    public Neighbourhood withMost(int most) {
        return new Neighbourhood(user, from, to, backward, closeness, keep, most);
    }

    @Override
    public Neighbours learn(InteractionMatrix log, ParallelFor crew, ProgressListener watch) {
        if (log.ordered() == false && (backward != 1 || closeness != 1 || keep != 1)) {
            return new Neighbourhood(user, from, to, 1, 1, 1, most).learn(log, crew, watch);
        }
        CoOccurrences pairs = new CoOccurrences(log, this);
        int[][] ordinals = new int[log.items()][];
        float[][] similarities = new float[log.items()][];
        crew.share(log.items(), SLICE, watch, (begin, end) -> {
            CoOccurrences.Counter counter = pairs.counter();
            for (int item = begin; item < end; item++) {
                TopK best = counter.count(item);
                ordinals[item] = new int[best.size()];
                similarities[item] = new float[best.size()];
                best.drain(ordinals[item], similarities[item]);
            }
        });
        return new Neighbours(ordinals, similarities, keep);
    }
}
