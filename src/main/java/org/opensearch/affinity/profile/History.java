package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.tracker.EventLimits;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** The newest events of one user, oldest first, at most {@value #MAX}. Mutable, not thread-safe. */
public final class History {
    public static final int MAX = 50;
    /**
     * So many of the {@value #MAX} events must have different times before their rate is limited: the items of one order have the
     * same time.
     */
    private static final int MIN_DISTINCT_TIMES = 40;

    private final List<Profile.Seen> events = new ArrayList<>();

    /** Times are written as differences to the event before. */
    void writeTo(StreamOutput out, StringDictionary dictionary) throws IOException {
        out.writeVInt(events.size());
        long before = 0;
        for (Profile.Seen seen : events) {
            dictionary.write(out, seen.item());
            dictionary.write(out, seen.action());
            out.writeZLong(seen.time() - before);
            out.writeInt(seen.id());
            before = seen.time();
        }
    }

    static History read(StreamInput in, StringDictionary dictionary) throws IOException {
        History history = new History();
        long before = 0;
        for (int left = in.readVInt(); left > 0; left--) {
            String item = dictionary.read(in);
            String action = dictionary.read(in);
            before += in.readZLong();
            history.events.add(new Profile.Seen(item, action, before, in.readInt(), Float.NaN));
        }
        return history;
    }

    /** Writes the ratings apart, because most events have none: for each event with one, its place and its rating. */
    void writeRatings(StreamOutput out) throws IOException {
        int[] rated = IntStream.range(0, events.size()).filter(i -> Float.isNaN(events.get(i).rating()) == false).toArray();
        out.writeVInt(rated.length);
        for (int place : rated) {
            out.writeVInt(place);
            out.writeFloat(events.get(place).rating());
        }
    }

    /** Reads the ratings of a history that was read before. */
    void readRatings(StreamInput in) throws IOException {
        for (int left = in.readVInt(); left > 0; left--) {
            int place = in.readVInt();
            Profile.Seen seen = events.get(place);
            events.set(place, new Profile.Seen(seen.item(), seen.action(), seen.time(), seen.id(), in.readFloat()));
        }
    }

    /** Returns a read-only view, oldest first. */
    List<Profile.Seen> events() {
        return Collections.unmodifiableList(events);
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Returns the time of the newest event, epoch milliseconds; 0 without events. */
    long lastTime() {
        return events.isEmpty() ? 0 : events.getLast().time();
    }

    /** Inserts an event by its time, and drops the oldest event beyond {@value #MAX}. */
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
    void dropBefore(long time) {
        events.removeIf(seen -> seen.time() < time);
    }

    /**
     * Whether an event is in the history already. An event that was sent again has the same id, time, item and action. An event
     * whose document was overwritten has the same id; if it is older than a full history, it is taken for a duplicate, because the
     * history may have dropped it.
     *
     * @param isUpdate whether the event's document overwrote one of the same id
     */
    boolean isDuplicate(Event event, boolean isUpdate) {
        if (isUpdate && events.size() == MAX && event.time() < events.getFirst().time()) {
            return true;
        }
        return events.stream().anyMatch(seen -> seen.id() == event.id() && (isUpdate || seen.sameAct(event)));
    }

    boolean contains(String item) {
        return events.stream().anyMatch(seen -> seen.item().equals(item));
    }

    /**
     * Returns how many events of an item are less than {@code within} before or after a time.
     *
     * @param time   epoch milliseconds
     * @param within milliseconds
     */
    private long countNear(String item, long time, long within) {
        return events.stream().filter(seen -> seen.item().equals(item) && Math.abs(seen.time() - time) < within).count();
    }

    /**
     * Whether the {@value #MAX} newest events before a further one exceed a rate.
     *
     * @param perMinute events a minute
     * @param time      of the further event, epoch milliseconds; one that is older than the newest never exceeds the rate
     */
    private boolean exceedsRate(double perMinute, long time) {
        boolean late = time < lastTime();
        if (events.size() < MAX || late || time - events.getFirst().time() >= MAX * 60_000 / perMinute) {
            return false;
        }
        return events.stream().mapToLong(Profile.Seen::time).distinct().count() >= MIN_DISTINCT_TIMES;
    }

    /**
     * Returns the limit of {@link EventLimits} that a further event exceeds, so that it may not change interests; null if none.
     *
     * @param sessionEvents number of earlier events of the newest session; 0 for an event that is not part of it
     */
    SkipReason exceededLimit(Event event, int sessionEvents, Tracker tracker) {
        EventLimits limits = tracker.limits();
        if (exceedsRate(limits.eventsPerMinute(), event.time())) {
            return SkipReason.TOO_FAST;
        }
        boolean itemRepeated = countNear(event.item(), event.time(), tracker.sessionGap()) >= limits.itemPerSession();
        return itemRepeated || sessionEvents >= limits.eventsPerSession() ? SkipReason.REPEATED : null;
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
