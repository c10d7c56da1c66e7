package org.opensearch.affinity.rank;

import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;

import java.util.List;

/**
 * What share of a person's interest each interest has at one moment: {@code P(i) · Π P(c | i) / P(c)}, Bayes' rule with
 * contexts taken for independent. {@code P(i)} is the interest's part in the newest events, mixed with its decayed weight and,
 * while a session goes on, with its part in that; {@code P(c | i)} is how often an interest's events were in a context, smoothed towards how often all of the person's were.
 */
final class InterestWeights {
    /** How much the newest events count beside all there were. */
    private static final double RECENT = 0.75;
    /** As many events' worth of the person's own average stand beside what is known of an interest in a context. */
    private static final double PRIOR = 2;
    /** The most that one context can do, either way. */
    private static final double MOST = 16;

    private InterestWeights() {}

    /**
     * @param sessionWeight from 0 to 1
     * @return in the order of the interests, not negative; their sum is 1
     */
    static double[] of(List<Interest> interests, Profile profile, Tracker tracker, double sessionWeight, RequestContext moment) {
        Decay decay = tracker.decay();
        long last = profile.lastEvent();
        double[] shares = interests.stream().mapToDouble(interest -> interest.weightAt(last, decay)).toArray();
        double all = sum(shares);
        double session = profile.inSession(moment.now(), tracker) ? interests.stream().mapToDouble(Interest::sessionWeight).sum() : 0;
        double mixed = session > 0 ? sessionWeight : 0;
        double newest = interests.stream().mapToDouble(Interest::recency).sum();
        double recent = newest > 0 ? RECENT : 0;
        double[] result = new double[shares.length];
        for (int i = 0; i < result.length; i++) {
            Interest interest = interests.get(i);
            double lasting = (1 - recent) * shares[i] / all + (newest > 0 ? recent * interest.recency() / newest : 0);
            result[i] = (1 - mixed) * lasting + (session > 0 ? mixed * interest.sessionWeight() / session : 0);
        }
        for (String context : moment.contexts()) {
            double[] within = interests.stream()
                .mapToDouble(interest -> interest.weightIn(context) * decay.factor(interest.lastSeen(), last))
                .toArray();
            double usual = sum(within) / all;
            for (int i = 0; i < result.length && usual > 0; i++) {
                double fits = (within[i] + PRIOR * usual) / (shares[i] + PRIOR) / usual;
                result[i] *= Math.clamp(fits, 1 / MOST, MOST);
            }
        }
        double total = sum(result);
        for (int i = 0; i < result.length; i++) {
            result[i] /= total;
        }
        return result;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
