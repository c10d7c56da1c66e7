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
 * Item-item similarities from co-occurrence: items are similar if the same users took them. With the degrees d of users and items
 * (the sums of their interactions' weights) and the weights w of interactions,
 *
 * <pre>similarity(h → j) = Σ_u w_uh · w_uj · near_u(h, j) / (d_u^user · d_h^from · d_j^to)</pre>
 *
 * where {@code near = closeness^(g - 1)} for two items at distance g in u's row, times {@code backward} if u took j first. Pairs at
 * a distance above {@value #MAX_DISTANCE} do not count, which bounds the work to 2,000 pairs per interaction. If the order of the
 * interactions is unknown, {@code backward}, {@code closeness} and {@code recencyDecay} are 1.
 *
 * <p>Special cases: item cosine (Sarwar et al., "Item-based collaborative filtering recommendation algorithms", WWW'01); LinkProp
 * (Fu et al., "Revisiting neighborhood-based link prediction for collaborative filtering", WWW'22 companion), whose scores are
 * {@code D_U^-α A D_I^-β Aᵀ D_U^-γ A D_I^-δ}: β, γ, δ are the exponents from, user, to here, and α does not change a user's order;
 * with exponents ½, 1, ½, the linear part of GF-CF (see {@code LowPass}).
 *
 * @param userExponent  discounts pairs of users with many interactions
 * @param fromExponent  discounts popular items of the history
 * @param toExponent    discounts popular items as neighbours
 * @param backward      weight of a pair against its order, from 0 to 1
 * @param closeness     factor per additional place of distance, above 0, at most 1
 * @param recencyDecay  factor by which an item of a history weighs less than the next newer one, above 0, at most 1
 * @param maxNeighbours largest number of neighbours per item, at least 1
 */
public record Neighbourhood(
    double userExponent,
    double fromExponent,
    double toExponent,
    double backward,
    double closeness,
    double recencyDecay,
    int maxNeighbours
) implements LearningMethod {
    /** Two items of a user's row are a pair up to this distance. */
    static final int MAX_DISTANCE = 1_000;
    private static final double MAX_EXPONENT = 4;
    private static final int ITEMS_PER_CHUNK = 64;

    /** @throws IllegalArgumentException if a setting is out of range */
    public Neighbourhood {
        requireExponent("userExponent", userExponent);
        requireExponent("fromExponent", fromExponent);
        requireExponent("toExponent", toExponent);
        require(backward >= 0 && backward <= 1, "[backward] must be from 0 to 1", backward);
        require(closeness > 0 && closeness <= 1, "[closeness] must be above 0 and at most 1", closeness);
        require(recencyDecay > 0 && recencyDecay <= 1, "[recencyDecay] must be above 0 and at most 1", recencyDecay);
        require(maxNeighbours >= 1, "[maxNeighbours] must be at least 1", maxNeighbours);
    }

    private static void requireExponent(String name, double exponent) {
        require(Math.abs(exponent) <= MAX_EXPONENT, "[" + name + "] must be from -4 to 4", exponent);
    }

    private static void require(boolean valid, String message, Object value) {
        if (valid == false) {
            throw new IllegalArgumentException(message + ", got [" + value + "]");
        }
    }

    /** Returns item cosine with a recency decay. */
    public static Neighbourhood cosine() {
        return new Neighbourhood(0, 0.5, 0.5, 1, 1, 0.7, 100);
    }

    /** Returns LinkProp with exponents near those that its authors found best for gowalla. */
    public static Neighbourhood linkProp() {
        return new Neighbourhood(0.7, 0.4, 0.4, 1, 1, 1, 200);
    }

    /** Returns the hyperparameters to tune; those that need the order of the interactions only if it is known. */
    public static List<Hyperparameter<Neighbourhood>> hyperparameters(InteractionMatrix interactions) {
        List<Hyperparameter<Neighbourhood>> exponents = List.of(
            Hyperparameter.of("user", Neighbourhood::withUserExponent, 0.0, 0.3, 0.5, 0.7, 0.85, 1.0),
            Hyperparameter.of("from", Neighbourhood::withFromExponent, 0.0, 0.2, 0.3, 0.4, 0.5, 0.6),
            Hyperparameter.of("to", Neighbourhood::withToExponent, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
        );
        List<Hyperparameter<Neighbourhood>> order = List.of(
            Hyperparameter.of("backward", Neighbourhood::withBackward, 0.0, 0.1, 0.2, 0.5, 1.0),
            Hyperparameter.of("closeness", Neighbourhood::withCloseness, 0.7, 0.8, 0.9, 1.0),
            Hyperparameter.of("keep", Neighbourhood::withRecencyDecay, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
        );
        return interactions.ordered() ? Stream.concat(order.stream(), exponents.stream()).toList() : exponents;
    }

    public Neighbourhood withUserExponent(double userExponent) {
        return new Neighbourhood(userExponent, fromExponent, toExponent, backward, closeness, recencyDecay, maxNeighbours);
    }

    public Neighbourhood withFromExponent(double fromExponent) {
        return new Neighbourhood(userExponent, fromExponent, toExponent, backward, closeness, recencyDecay, maxNeighbours);
    }

    public Neighbourhood withToExponent(double toExponent) {
        return new Neighbourhood(userExponent, fromExponent, toExponent, backward, closeness, recencyDecay, maxNeighbours);
    }

    public Neighbourhood withBackward(double backward) {
        return new Neighbourhood(userExponent, fromExponent, toExponent, backward, closeness, recencyDecay, maxNeighbours);
    }

    public Neighbourhood withCloseness(double closeness) {
        return new Neighbourhood(userExponent, fromExponent, toExponent, backward, closeness, recencyDecay, maxNeighbours);
    }

    public Neighbourhood withRecencyDecay(double recencyDecay) {
        return new Neighbourhood(userExponent, fromExponent, toExponent, backward, closeness, recencyDecay, maxNeighbours);
    }

    public Neighbourhood withMaxNeighbours(int maxNeighbours) {
        return new Neighbourhood(userExponent, fromExponent, toExponent, backward, closeness, recencyDecay, maxNeighbours);
    }

    private Neighbourhood withoutOrder() {
        return withBackward(1).withCloseness(1).withRecencyDecay(1);
    }

    @Override
    public Neighbours learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        Neighbourhood settings = interactions.ordered() ? this : withoutOrder();
        CoOccurrences coOccurrences = new CoOccurrences(interactions, settings);
        int[][] neighbours = new int[interactions.items()][];
        float[][] similarities = new float[interactions.items()][];
        parallel.run(interactions.items(), ITEMS_PER_CHUNK, progress, (from, to) -> {
            CoOccurrences.Counter counter = coOccurrences.counter();
            for (int item = from; item < to; item++) {
                TopK top = counter.neighbours(item);
                neighbours[item] = new int[top.size()];
                similarities[item] = new float[top.size()];
                top.drain(neighbours[item], similarities[item]);
            }
        });
        return new Neighbours(neighbours, similarities, settings.recencyDecay);
    }
}
