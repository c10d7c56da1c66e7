package org.opensearch.affinity.rank.interest;

import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;

import java.util.List;

/**
 * The weights of a user's interests in one search: {@code P(i) · Π P(c | i) / P(c)}, Bayes' rule for the contexts c of the search, which
 * are taken for independent. {@code P(i)} is the interest's share of the newest events, mixed with its share of the decayed weight and,
 * during a session, with its share of the session. {@code P(c | i)} is the share of the interest's events that were in the context,
 * smoothed towards {@code P(c)}, the share of all the user's events.
 */
final class InterestWeights {
    /** The part of {@code P(i)} that the newest events decide; the decayed weight of all events decides the rest. */
    private static final double RECENT_PART = 0.75;
    /** Smoothing of {@code P(c | i)}, as a number of events that are distributed like all the user's events. */
    private static final double PRIOR_EVENTS = 2;
    /** One context multiplies or divides a weight at most by this. */
    private static final double MAX_CONTEXT_FACTOR = 16;

    private InterestWeights() {}

    /**
     * The weights, not negative, with sum 1, in the order of the interests.
     *
     * @param interests     all interests of the profile, at least one
     * @param sessionWeight part of {@code P(i)} that the session decides, from 0 to 1; ignored outside a session
     */
    static double[] of(List<Interest> interests, Profile profile, Tracker tracker, double sessionWeight, RequestContext context) {
        long lastEvent = profile.lastEvent();
        double[] decayed = interests.stream().mapToDouble(interest -> interest.weightAt(lastEvent, tracker.decay())).toArray();
        double total = sum(decayed);
        boolean inSession = profile.inSession(context.now(), tracker);
        double[] weights = withoutContext(interests, decayed, total, inSession ? sessionWeight : 0);
        for (String name : context.contexts()) {
            multiply(weights, name, interests, decayed, total, lastEvent, tracker.decay());
        }
        double sum = sum(weights);
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    /**
     * {@code P(i)} of each interest.
     *
     * @param decayed weights of the interests
     * @param total   their sum
     */
    private static double[] withoutContext(List<Interest> interests, double[] decayed, double total, double sessionWeight) {
        double newest = interests.stream().mapToDouble(Interest::recency).sum();
        double session = sessionWeight == 0 ? 0 : interests.stream().mapToDouble(Interest::sessionWeight).sum();
        double recentPart = newest > 0 ? RECENT_PART : 0;
        double sessionPart = session > 0 ? sessionWeight : 0;
        double[] weights = new double[decayed.length];
        for (int i = 0; i < weights.length; i++) {
            Interest interest = interests.get(i);
            double lasting = (1 - recentPart) * decayed[i] / total + (newest > 0 ? recentPart * interest.recency() / newest : 0);
            weights[i] = (1 - sessionPart) * lasting + (session > 0 ? sessionPart * interest.sessionWeight() / session : 0);
        }
        return weights;
    }

    /** Multiplies weights by {@code P(c | i) / P(c)} for a context {@code name=value}; one that the user never had changes nothing. */
    private static void multiply(
        double[] weights,
        String context,
        List<Interest> interests,
        double[] decayed,
        double total,
        long lastEvent,
        Decay decay
    ) {
        double[] within = interests.stream()
            .mapToDouble(interest -> interest.weightIn(context) * decay.factor(interest.lastSeen(), lastEvent))
            .toArray();
        double usual = sum(within) / total;
        for (int i = 0; i < weights.length && usual > 0; i++) {
            double factor = (within[i] + PRIOR_EVENTS * usual) / (decayed[i] + PRIOR_EVENTS) / usual;
            weights[i] *= Math.clamp(factor, 1 / MAX_CONTEXT_FACTOR, MAX_CONTEXT_FACTOR);
        }
    }

    /** In order: the compensated sum of a stream would give other last bits. */
    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
