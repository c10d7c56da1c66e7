package org.opensearch.affinity.track;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that is known of one user in one tracker: interests, recent history, and per event shard the last event taken in,
 * which makes every event count once however often the log is read. What it is depends only on the events and their order,
 * not on how they were cut into batches. Mutable while it is folded, not thread-safe.
 */
public final class Profile implements Writeable {
    static final int MAX_HISTORY = 50;
    private static final byte FORMAT = 1;

    /** One event of the recent history; {@code time} in epoch milliseconds. */
    public record Seen(String item, String action, long time) implements Writeable {
        Seen(StreamInput in) throws IOException {
            this(in.readString(), in.readString(), in.readLong());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(item);
            out.writeString(action);
            out.writeLong(time);
        }
    }

    private final String user;
    private final List<Interest> interests;
    private final List<Seen> history;
    private final Map<String, Long> applied;
    private long events;

    /** Of a user who did nothing yet. */
    Profile(String user) {
        this.user = user;
        interests = new ArrayList<>();
        history = new ArrayList<>();
        applied = new TreeMap<>();
    }

    public Profile(StreamInput in) throws IOException {
        byte format = in.readByte();
        if (format != FORMAT) {
            throw new IOException("profile format [" + format + "] is not the one of this version, [" + FORMAT + "]");
        }
        user = in.readString();
        interests = new ArrayList<>(in.readList(Interest::new));
        history = new ArrayList<>(in.readList(Seen::new));
        applied = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readZLong));
        events = in.readVLong();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeByte(FORMAT);
        out.writeString(user);
        out.writeList(interests);
        out.writeList(history);
        out.writeMap(applied, StreamOutput::writeString, StreamOutput::writeZLong);
        out.writeVLong(events);
    }

    public String user() {
        return user;
    }

    public List<Interest> interests() {
        return interests;
    }

    /** The newest events, oldest first, at most {@value #MAX_HISTORY}. */
    public List<Seen> history() {
        return history;
    }

    /** How many events the profile was made of. */
    public long events() {
        return events;
    }

    /** Time of the newest event, epoch milliseconds; 0 without events. */
    public long lastEvent() {
        return history.isEmpty() ? 0 : history.get(history.size() - 1).time();
    }

    /** The interests by what is left of their weight, heaviest first. */
    public List<Interest> heaviestFirst(Decay decay) {
        long now = lastEvent();
        return interests.stream().sorted(Comparator.comparingDouble(interest -> -interest.weightAt(now, decay))).toList();
    }

    /** How much there is to go by: the weights of all events, decayed as of the newest. */
    public double evidence(Decay decay) {
        long now = lastEvent();
        return interests.stream().mapToDouble(interest -> interest.weightAt(now, decay)).sum();
    }

    boolean hasApplied(Slice slice, long seqNo) {
        return seqNo <= applied.getOrDefault(slice.key(), -1L);
    }

    /** Slices that no longer exist cannot be read again, so their marks can go. */
    void retainSlices(Set<String> keys) {
        applied.keySet().retainAll(keys);
    }

    /**
     * Takes in one event, unless it was already: the nearest interest of its sign absorbs it, a far one opens an interest
     * of its own, and the two closest merge when there are too many. O(interests · dimension).
     *
     * @param vector unit vector of the event's item
     * @param weight of the event's action; below 0 for a dislike
     */
    void apply(Slice slice, long seqNo, Event event, float[] vector, double weight, Tracker tracker) {
        if (hasApplied(slice, seqNo)) {
            return;
        }
        applied.put(slice.key(), seqNo);
        take(event, vector, weight, tracker);
    }

    /**
     * Takes in items of a session that is not in the log yet, as the tracker's lightest liked action, at the time of the
     * newest event: what a search knows beside the profile. Such a profile is never stored.
     *
     * @param vectors of the items by id, in their order; those of another dimension and empty ones are left out
     * @param now     epoch milliseconds, for a user without events
     */
    void takeRecent(Map<String, float[]> vectors, Tracker tracker, long now) {
        long time = history.isEmpty() ? now : lastEvent();
        vectors.forEach((item, vector) -> {
            if (vector.length > 0) {
                take(new Event(user, item, "recent", time), vector, tracker.lightestLike(), tracker);
            }
        });
    }

    private void take(Event event, float[] vector, double weight, Tracker tracker) {
        events++;
        remember(new Seen(event.item(), event.action(), event.time()));
        boolean liked = weight > 0;
        Interest nearest = nearest(liked, vector, tracker.interestSimilarity());
        if (nearest != null) {
            nearest.absorb(vector, Math.abs(weight), event, tracker.decay());
        } else {
            interests.add(new Interest(liked, vector, Math.abs(weight), event));
            while (interests.size() > tracker.maxInterests()) {
                mergeClosest(tracker.decay());
            }
        }
    }

    private void remember(Seen seen) {
        int at = history.size();
        while (at > 0 && history.get(at - 1).time() > seen.time()) {
            at--;
        }
        history.add(at, seen);
        if (history.size() > MAX_HISTORY) {
            history.remove(0);
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

    private void mergeClosest(Decay decay) {
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
        return o instanceof Profile other
            && user.equals(other.user)
            && interests.equals(other.interests)
            && history.equals(other.history)
            && applied.equals(other.applied)
            && events == other.events;
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, interests, history, applied, events);
    }
}
