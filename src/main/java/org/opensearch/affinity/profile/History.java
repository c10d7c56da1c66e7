package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The newest events of one user, oldest first. Not thread-safe. */
public final class History {
    public static final int MAX = 50;
    /** Of a full history, as many moments as these must differ before they tell how fast somebody is: a basket is one moment. */
    private static final int MOMENTS = 40;

    private final List<Profile.Seen> events = new ArrayList<>();

    void writeTo(StreamOutput out, StringDictionary words) throws IOException {
        out.writeVInt(events.size());
        long before = 0;
        for (Profile.Seen seen : events) {
            words.write(out, seen.item());
            words.write(out, seen.action());
            out.writeZLong(seen.time() - before);
            out.writeInt(seen.id());
            before = seen.time();
        }
    }

    static History read(StreamInput in, StringDictionary words) throws IOException {
        History history = new History();
        long before = 0;
        for (int left = in.readVInt(); left > 0; left--) {
            String item = words.read(in);
            String action = words.read(in);
            before += in.readZLong();
            history.events.add(new Profile.Seen(item, action, before, in.readInt()));
        }
        return history;
    }

    List<Profile.Seen> events() {
        return events;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Time of the newest event, epoch milliseconds; 0 without events. */
    long last() {
        return events.isEmpty() ? 0 : events.getLast().time();
    }

    /** An event among the newest. */
    void add(Profile.Seen seen) {
        int at = events.size();
        while (at > 0 && events.get(at - 1).time() > seen.time()) {
            at--;
        }
        events.add(at, seen);
        if (events.size() > MAX) {
            events.remove(0);
        }
    }

    /** Drops the events before a time, epoch milliseconds. */
    void forget(long before) {
        events.removeIf(seen -> seen.time() < before);
    }

    /**
     * Whether the event is here already.
     *
     * @param again its document was written before under the same id. Then one that is older than all that is remembered
     *              is taken for known too, and content that was changed does not make it another event
     */
    boolean holds(Event event, boolean again) {
        if (again && events.size() == MAX && event.time() < events.getFirst().time()) {
            return true;
        }
        return events.stream().anyMatch(seen -> seen.id() == event.id() && (again || seen.sameAct(event)));
    }

    boolean knows(String item) {
        return events.stream().anyMatch(seen -> seen.item().equals(item));
    }

    /** How many events of an item lie within a time before or after a moment. */
    long around(String item, long time, long within) {
        return events.stream().filter(seen -> seen.item().equals(item) && Math.abs(seen.time() - time) < within).count();
    }

    /** Whether the events so far and one more came faster than people are. */
    boolean fasterThan(double perMinute, long time) {
        boolean late = time < last();
        if (events.size() < MAX || late || time - events.getFirst().time() >= MAX * 60_000 / perMinute) {
            return false;
        }
        return events.stream().mapToLong(Profile.Seen::time).distinct().count() >= MOMENTS;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof History other && events.equals(other.events);
    }

    @Override
    public int hashCode() {
        return events.hashCode();
    }
}
