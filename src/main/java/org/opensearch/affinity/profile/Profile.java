package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.EventLimits;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * All that is known of one user in one tracker: interests, recent history, and per event shard the last event taken in,
 * which makes every event count once however often the log is read. What it is depends only on the events and their order,
 * not on how they were cut into batches. Mutable while it is folded, not thread-safe.
 */
public final class Profile implements Writeable {
    private static final byte FORMAT = 2;

    /**
     * One event of the recent history.
     *
     * @param time epoch milliseconds
     * @param id   hash of the event's id
     */
    public record Seen(String item, String action, long time, int id) {
        /** Whether it has everything in common with an event but perhaps the id. */
        boolean sameAct(Event event) {
            return time == event.time() && item.equals(event.item()) && action.equals(event.action());
        }
    }

    private final String user;
    private final InterestSet interests;
    private final History history;
    private final Map<String, Long> applied;
    private long events;
    private long sessionStart;
    private int sessionEvents;
    private final Erasure absence;

    /** Of a user who did nothing yet. */
    public Profile(String user) {
        this(user, Map.of(), Erasure.NONE);
    }

    private Profile(String user, Map<String, Long> applied, Erasure absence) {
        this.user = user;
        interests = new InterestSet(List.of());
        history = new History();
        this.applied = new TreeMap<>(applied);
        this.absence = absence;
    }

    public Profile(StreamInput in) throws IOException {
        byte format = in.readByte();
        if (format < 1 || format > FORMAT) {
            throw new IOException("profile format [" + format + "] is not one that this version reads, 1 to [" + FORMAT + "]");
        }
        user = in.readString();
        StringDictionary words = new StringDictionary();
        if (format == 1) {
            interests = new InterestSet(in.readList(Interest::readFirstFormat));
            history = new History();
            in.readList(seen -> new Seen(seen.readString(), seen.readString(), seen.readLong(), 0)).forEach(history::add);
        } else {
            interests = new InterestSet(in.readList(interest -> new Interest(interest, words)));
            history = History.read(in, words);
            sessionStart = in.readZLong();
            sessionEvents = in.readVInt();
        }
        applied = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readZLong));
        events = in.readVLong();
        absence = format == 1 ? Erasure.NONE : new Erasure(in);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        StringDictionary words = new StringDictionary();
        out.writeByte(FORMAT);
        out.writeString(user);
        out.writeVInt(interests.interests().size());
        for (Interest interest : interests.interests()) {
            interest.writeTo(out, words);
        }
        history.writeTo(out, words);
        out.writeZLong(sessionStart);
        out.writeVInt(sessionEvents);
        out.writeMap(applied, StreamOutput::writeString, StreamOutput::writeZLong);
        out.writeVLong(events);
        absence.writeTo(out);
    }

    /**
     * One thing that somebody did.
     *
     * @param time   epoch milliseconds
     * @param vector unit vector of the item
     * @param weight of the action; below 0 for a dislike
     */
    public record Done(String item, long time, float[] vector, double weight) {}

    /** What would be known of somebody who did this and nothing else, but for the circumstances; it is never stored. */
    public static Profile of(String user, List<Done> oldestFirst, Tracker tracker) {
        Profile profile = new Profile(user);
        for (Done done : oldestFirst) {
            profile.take(new Event(user, done.item, "", done.time, 0, List.of()), done.vector, done.weight, tracker);
        }
        return profile;
    }

    public String user() {
        return user;
    }

    public List<Interest> interests() {
        return interests.interests();
    }

    /** The newest events, oldest first, at most {@value History#MAX}. */
    public List<Seen> history() {
        return history.events();
    }

    /** How many events the profile was made of. */
    public long events() {
        return events;
    }

    /** Time of the newest event, epoch milliseconds; 0 without events. */
    public long lastEvent() {
        return history.last();
    }

    /** Whether the session of the newest event still goes on at a time, epoch milliseconds. */
    public boolean inSession(long time, Tracker tracker) {
        return history.isEmpty() == false && time - history.last() < tracker.sessionGap();
    }

    /** The interests by what is left of their weight, heaviest first. */
    public List<Interest> heaviestFirst(Decay decay) {
        long now = lastEvent();
        return interests().stream().sorted(Comparator.comparingDouble(interest -> -interest.weightAt(now, decay))).toList();
    }

    /** About how much heap it takes. */
    long bytes() {
        long bytes = 500 + 150L * history.events().size();
        for (Interest interest : interests()) {
            bytes += 800 + 4L * interest.dimension();
        }
        return bytes;
    }

    /** How much there is to go by, from 0 to 1: {@code 1 - 0.7^events}, which is what the recency of all interests adds up to. */
    public float confidence() {
        return (float) (1 - Math.pow(Interest.RECENCY_KEPT, events));
    }

    /** Whether an item is in the history. */
    public boolean knows(String item) {
        return history.knows(item);
    }

    /** What the user did not want to be known. */
    public Erasure absence() {
        return absence;
    }

    /**
     * What is left of it when its user is forgotten, wants no profile any more, or wants one again: nothing but the marks of
     * the slices, and since when.
     *
     * @param now      epoch milliseconds; if it knows of a later event, that is forgotten too
     * @param optedOut whether no event is to be taken in from now on
     */
    public Profile emptied(long now, boolean optedOut) {
        return new Profile(user, applied, new Erasure(Math.max(now, lastEvent()), optedOut));
    }

    /** The same without anything in it, as absent as another one. */
    Profile with(Erasure other) {
        return new Profile(user, applied, other);
    }

    /** Drops what happened before a time, epoch milliseconds, from the history. */
    void forgetHistory(long before) {
        history.forget(before);
    }

    public boolean hasApplied(LogShard slice, long seqNo) {
        return seqNo <= applied.getOrDefault(slice.key(), -1L);
    }

    /** Of how many slices it remembers what it has. */
    public int marks() {
        return applied.size();
    }

    /**
     * Forgets the marks that protect from nothing any more.
     *
     * @param stale by key of the slice and number of the last event taken in: whether no event up to that number will be read again
     */
    public void forgetMarks(BiPredicate<String, Long> stale) {
        applied.entrySet().removeIf(mark -> stale.test(mark.getKey(), mark.getValue()));
    }

    /**
     * Takes in one event, unless it was already. O(interests · dimension).
     *
     * @param again  the event's document was written before under the same id
     * @param vector unit vector of the event's item
     * @param weight of the event's action; below 0 for a dislike
     * @return why it changes no interest; null when it does, now or when it was taken in before
     */
    public SkipReason apply(LogShard slice, long seqNo, Event event, boolean again, float[] vector, double weight, Tracker tracker) {
        SkipReason unwanted = absence.covers(event);
        if (unwanted != null || hasApplied(slice, seqNo)) {
            return unwanted;
        }
        if (history.holds(event, again)) {
            return SkipReason.DUPLICATE;
        }
        applied.put(slice.key(), seqNo);
        return take(event, vector, weight, tracker);
    }

    /**
     * Takes in items of a session that is not in the log yet, as the tracker's lightest liked action: what a search knows
     * beside the profile. Such a profile is never stored.
     *
     * @param vectors of the items by id, in their order; those of another dimension and empty ones are left out
     * @param now     epoch milliseconds
     */
    void takeRecent(Map<String, float[]> vectors, Tracker tracker, long now) {
        long time = history.isEmpty() ? now : lastEvent();
        vectors.forEach((item, vector) -> {
            if (vector.length > 0) {
                take(Event.recent(user, item, time), vector, tracker.lightestLike(), tracker);
            }
        });
    }

    private SkipReason take(Event event, float[] vector, double weight, Tracker tracker) {
        if (history.isEmpty() || event.time() - history.last() >= tracker.sessionGap()) {
            sessionStart = event.time();
            sessionEvents = 0;
            interests.beginSession();
        }
        boolean inSession = event.time() >= sessionStart;
        SkipReason restrained = restrain(event, inSession, tracker);
        events++;
        sessionEvents += inSession ? 1 : 0;
        history.add(new Seen(event.item(), event.action(), event.time(), event.id()));
        tracker.retention().ifPresent(kept -> history.forget(lastEvent() - kept.millis()));
        if (restrained == null) {
            interests.take(event, vector, weight, inSession, tracker);
        }
        return restrained;
    }

    /** Why an event is remembered but says nothing of interests. */
    private SkipReason restrain(Event event, boolean inSession, Tracker tracker) {
        EventLimits limits = tracker.limits();
        if (history.fasterThan(limits.eventsPerMinute(), event.time())) {
            return SkipReason.TOO_FAST;
        }
        boolean often = history.around(event.item(), event.time(), tracker.sessionGap()) >= limits.itemPerSession();
        return often || inSession && sessionEvents >= limits.eventsPerSession() ? SkipReason.REPEATED : null;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Profile other
            && user.equals(other.user)
            && interests.equals(other.interests)
            && history.equals(other.history)
            && applied.equals(other.applied)
            && events == other.events
            && sessionStart == other.sessionStart
            && sessionEvents == other.sessionEvents
            && absence.equals(other.absence);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, interests, history, applied, events, sessionStart, sessionEvents, absence);
    }
}
