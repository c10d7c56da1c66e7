package org.opensearch.affinity.profile;

import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * How much the interests of a profile weighed at a few moments, from the oldest event that it remembers to the newest. A profile
 * holds no past weights: each of its newest events is given to the interest of its sign that is nearest to its item, as when it
 * came, and counts from its time on with what decay leaves of it; what is missing from the weight in the end was there before the
 * oldest of them.
 *
 * @param times   epoch milliseconds, ascending; none where nothing is remembered
 * @param weights by interest and moment; the last ones are those of the profile
 */
public record InterestTimeline(List<Long> times, List<List<Double>> weights) {
    private static final int MOMENTS = 6;

    /** An event of an interest, and its share in the interest's weight at the end. */
    private record Part(long time, double weight) {}

    /**
     * @param interests of the profile
     * @param vectors   unit vectors of items, by id; an event of another item counts as one before the first
     */
    public static InterestTimeline of(Profile profile, List<Interest> interests, Tracker tracker, Map<String, float[]> vectors) {
        List<Long> times = moments(profile.history());
        List<List<Part>> parts = parts(profile.history(), interests, tracker, vectors);
        List<List<Double>> weights = new ArrayList<>();
        for (int i = 0; i < interests.size(); i++) {
            double weight = interests.get(i).weightAt(profile.lastEvent(), tracker.decay());
            weights.add(course(weight, parts.get(i), times, tracker.decay()));
        }
        return new InterestTimeline(times, weights);
    }

    private static List<Long> moments(List<Profile.Seen> history) {
        if (history.isEmpty()) {
            return List.of();
        }
        long first = history.getFirst().time();
        long last = history.getLast().time();
        TreeSet<Long> moments = new TreeSet<>();
        for (int i = 0; i < MOMENTS; i++) {
            moments.add(first + (last - first) * i / (MOMENTS - 1));
        }
        return List.copyOf(moments);
    }

    private static List<List<Part>> parts(List<Profile.Seen> history, List<Interest> interests, Tracker tracker, Map<String, float[]> vectors) {
        List<List<Part>> parts = new ArrayList<>();
        interests.forEach(interest -> parts.add(new ArrayList<>()));
        for (Profile.Seen seen : history) {
            Double weight = tracker.weightOf(seen.action());
            float[] vector = vectors.get(seen.item());
            int nearest = weight == null || vector == null ? -1 : nearest(interests, weight > 0, vector);
            if (nearest >= 0) {
                double left = Math.abs(weight) * tracker.decay().factor(seen.time(), history.getLast().time());
                parts.get(nearest).add(new Part(seen.time(), left));
            }
        }
        return parts;
    }

    /** -1 where none has the sign and the dimension. */
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

    /** Where the events add up to more than the weight, some were left out when they came, and all count a little less. */
    private static List<Double> course(double weight, List<Part> parts, List<Long> times, Decay decay) {
        double known = parts.stream().mapToDouble(Part::weight).sum();
        double scale = known > weight ? weight / known : 1;
        double before = Math.max(0, weight - known);
        List<Double> course = new ArrayList<>();
        for (long time : times) {
            double until = parts.stream().filter(part -> part.time <= time).mapToDouble(Part::weight).sum();
            course.add((before + scale * until) / decay.factor(time, times.getLast()));
        }
        return course;
    }
}
