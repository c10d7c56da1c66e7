package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The interests of one user, clustered online: an event is added to the nearest interest of its sign if that is near enough, and
 * opens a new interest otherwise; beyond the tracker's maximum, the two closest interests of one sign merge. O(interests ·
 * dimension) an event without merging. Mutable, not thread-safe.
 */
final class InterestSet {
    private final List<Interest> interests;

    InterestSet(List<Interest> interests) {
        this.interests = new ArrayList<>(interests);
    }

    /** Returns a read-only view, oldest first. */
    List<Interest> interests() {
        return Collections.unmodifiableList(interests);
    }

    void beginSession() {
        interests.forEach(Interest::beginSession);
    }

    /**
     * Adds one event.
     *
     * @param vector    unit vector of the event's item
     * @param weight    of the event's action; below 0 for a dislike
     * @param inSession whether the event belongs to the user's present session
     */
    void add(Event event, float[] vector, double weight, boolean inSession, Tracker tracker) {
        boolean liked = weight > 0;
        interests.forEach(Interest::decayRecency);
        Interest nearest = nearest(liked, vector, tracker.interestSimilarity());
        if (nearest != null) {
            nearest.absorb(vector, Math.abs(weight), event, inSession, tracker.decay());
            return;
        }
        interests.add(new Interest(liked, vector, Math.abs(weight), event, inSession));
        while (interests.size() > tracker.maxInterests()) {
            mergeClosest(tracker.decay());
        }
    }

    /** Returns the interest of this sign with the greatest cosine of at least {@code atLeast}; null if there is none. */
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

    /** Reduces the number of interests by one. */
    private void mergeClosest(Decay decay) {
        int first = -1;
        int second = -1;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < interests.size(); i++) {
            for (int j = i + 1; j < interests.size(); j++) {
                Interest a = interests.get(i);
                Interest b = interests.get(j);
                // Likes and dislikes never merge. Of three interests, two have the same sign.
                boolean canMerge = a.liked() == b.liked() && a.dimension() == b.dimension();
                double cosine = canMerge ? a.cosine(b) : Double.NEGATIVE_INFINITY;
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
            interests.remove(0); // no pair has the same dimension: drop the oldest, from before the items' vectors changed
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
