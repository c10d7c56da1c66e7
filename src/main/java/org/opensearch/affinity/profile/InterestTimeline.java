package org.opensearch.affinity.profile;

import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Estimated weights of a profile's interests at up to {@value #MAX_TIMES} times, evenly spaced from the oldest event of its history
 * to the newest. A profile stores no past weights. So each event of the history is assigned to the interest of its sign that is
 * nearest to its item, and counts from its time on with its decayed weight. The rest of the interest's weight is assumed to be from
 * before the oldest event.
 *
 * @param times   epoch milliseconds, ascending; empty without a history
 * @param weights by interest, then by time; the last of each interest is the profile's
 */
public record InterestTimeline(List<Long> times, List<List<Double>> weights) {
    private static final int MAX_TIMES = 6;

    /**
     * An event of an interest.
     *
     * @param time   epoch milliseconds
     * @param weight as of the newest event
     */
    private record Contribution(long time, double weight) {}

    /**
     * Estimates the weights.
     *
     * @param interests of the profile
     * @param vectors   unit vectors by item; an event of another item counts as one before the oldest
     */
    public static InterestTimeline of(Profile profile, List<Interest> interests, Tracker tracker, Map<String, float[]> vectors) {
        List<Long> times = times(profile.history());
        List<List<Contribution>> contributions = contributions(profile.history(), interests, tracker, vectors);
        List<List<Double>> weights = new ArrayList<>();
        for (int i = 0; i < interests.size(); i++) {
            double weight = interests.get(i).weightAt(profile.lastEvent(), tracker.decay());
            weights.add(weights(weight, contributions.get(i), times, tracker.decay()));
        }
        return new InterestTimeline(times, weights);
    }

    private static List<Long> times(List<Profile.Seen> history) {
        if (history.isEmpty()) {
            return List.of();
        }
        long first = history.getFirst().time();
        long last = history.getLast().time();
        TreeSet<Long> times = new TreeSet<>();
        for (int i = 0; i < MAX_TIMES; i++) {
            times.add(first + (last - first) * i / (MAX_TIMES - 1));
        }
        return List.copyOf(times);
    }

    /** Assigns the events of the history to interests. */
    private static List<List<Contribution>> contributions(
        List<Profile.Seen> history,
        List<Interest> interests,
        Tracker tracker,
        Map<String, float[]> vectors
    ) {
        List<List<Contribution>> contributions = new ArrayList<>();
        interests.forEach(interest -> contributions.add(new ArrayList<>()));
        for (Profile.Seen seen : history) {
            Double weight = tracker.weightOf(seen.action());
            float[] vector = vectors.get(seen.item());
            int nearest = weight == null || vector == null ? -1 : nearest(interests, weight > 0, vector);
            if (nearest >= 0) {
                double decayed = Math.abs(weight) * tracker.decay().factor(seen.time(), history.getLast().time());
                contributions.get(nearest).add(new Contribution(seen.time(), decayed));
            }
        }
        return contributions;
    }

    /** Returns the index of the nearest interest of this sign and the vector's dimension; -1 if there is none. */
    private static int nearest(List<Interest> interests, boolean liked, float[] vector) {
        int nearest = -1;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < interests.size(); i++) {
            Interest interest = interests.get(i);
            if (interest.liked() == liked && interest.dimension() == vector.length && interest.cosine(vector) > best) {
                best = interest.cosine(vector);
                nearest = i;
            }
        }
        return nearest;
    }

    /**
     * Returns an interest's weight at each time. If its events add up to more than its weight, limits kept some of them from
     * counting; all are scaled down then.
     *
     * @param weight as of the last time
     */
    private static List<Double> weights(double weight, List<Contribution> contributions, List<Long> times, Decay decay) {
        double fromHistory = contributions.stream().mapToDouble(Contribution::weight).sum();
        double scale = fromHistory > weight ? weight / fromHistory : 1;
        double fromBefore = Math.max(0, weight - fromHistory);
        List<Double> weights = new ArrayList<>();
        for (long time : times) {
            double until = contributions.stream().filter(event -> event.time <= time).mapToDouble(Contribution::weight).sum();
            weights.add((fromBefore + scale * until) / decay.factor(time, times.getLast()));
        }
        return weights;
    }
}
