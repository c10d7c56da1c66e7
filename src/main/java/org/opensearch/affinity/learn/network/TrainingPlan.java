package org.opensearch.affinity.learn.network;

/**
 * How long and how fast a network learns. The learning rate falls linearly to 0.
 *
 * @param epochs      largest number of passes over all examples, at least 1
 * @param patience    the training ends after so many epochs without a better figure on the held-out part; at least 1
 * @param rate        initial learning rate, above 0
 * @param weightDecay fraction of each weight that a step removes, times the learning rate; at least 0
 * @param seed        of the first weights, the order of examples and the dropout
 */
public record TrainingPlan(int epochs, int patience, double rate, double weightDecay, long seed) {
    /** A rate that changes no weight. */
    private static final double NO_RATE = 1e-30;

    /** @throws IllegalArgumentException if a setting is out of range */
    public TrainingPlan {
        if (epochs < 1 || patience < 1 || rate > 0 == false || weightDecay >= 0 == false) {
            throw new IllegalArgumentException(
                "[epochs] and [patience] must be at least 1, [rate] above 0, [weightDecay] at least 0, got ["
                    + epochs + "], [" + patience + "], [" + rate + "], [" + weightDecay + "]"
            );
        }
    }

    /** Returns the plan with other numbers. */
    public TrainingPlan with(int epochs, double rate) {
        return new TrainingPlan(epochs, patience, rate, weightDecay, seed);
    }

    /** Returns a plan of one pass that leaves the first weights as they are, as a control. */
    TrainingPlan untrained() {
        return new TrainingPlan(1, 1, NO_RATE, 0, seed);
    }

    /** Returns the same plan with another seed. */
    public TrainingPlan withSeed(long seed) {
        return new TrainingPlan(epochs, patience, rate, weightDecay, seed);
    }

    boolean isUntrained() {
        return rate == NO_RATE;
    }
}
