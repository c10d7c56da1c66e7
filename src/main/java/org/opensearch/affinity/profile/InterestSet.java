package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;

import java.util.ArrayList;
import java.util.List;

/**
 * The interests of one user, folded online: the nearest interest of its sign absorbs an event, a far one opens an interest of
 * its own, and when there are too many, the two closest merge. O(interests · dimension) an event.
 * Not thread-safe.
 */
final class InterestSet {
    private final List<Interest> interests;

    InterestSet(List<Interest> interests) {
        this.interests = new ArrayList<>(interests);
    }

    List<Interest> interests() {
        return interests;
    }

    void beginSession() {
        interests.forEach(Interest::beginSession);
    }

    /**
     * @param vector unit vector of the event's item
     * @param weight of the event's action; below 0 for a dislike
     */
    void take(Event event, float[] vector, double weight, boolean inSession, Tracker tracker) {
        boolean liked = weight > 0;
        interests.forEach(Interest::age);
        Interest nearest = nearest(liked, vector, tracker.interestSimilarity());
        if (nearest != null) {
            nearest.absorb(vector, Math.abs(weight), event, inSession, tracker.decay());
            return;
        }
        interests.add(new Interest(liked, vector, Math.abs(weight), event, inSession));
        while (interests.size() > tracker.maxInterests()) {
            reduce(tracker.decay());
        }
    }

    private Interest nearest(boolean liked, float[] vector, double atLeast) {
        Interest nearest = null;
        double best = atLeast;
        for (Interest interest : interests) {
            double cosine = interest.liked() == liked && interest.dimension() == vector.length ? interest.cosine(vector) : -1;
            if (cosine >= best) {
                best = cosine;
                nearest = interest;
            }
        }
        return nearest;
    }

    private void reduce(Decay decay) {
        int first = -1;
        int second = -1;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < interests.size(); i++) {
            for (int j = i + 1; j < interests.size(); j++) {
                Interest a = interests.get(i);
                Interest b = interests.get(j);
                // A like and a dislike never become one interest; of three interests, two have one sign.
                double cosine = a.liked() == b.liked() && a.dimension() == b.dimension() ? a.cosine(b) : Double.NEGATIVE_INFINITY;
                if (cosine > best) {
                    best = cosine;
                    first = i;
                    second = j;
                }
            }
        }
        if (first >= 0) {
            interests.get(first).merge(interests.remove(second), decay);
        } else {
            interests.remove(0); // of another dimension than the items have now
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof InterestSet other && interests.equals(other.interests);
    }

    @Override
    public int hashCode() {
        return interests.hashCode();
    }
}
