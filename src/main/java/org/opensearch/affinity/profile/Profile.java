package org.opensearch.affinity.profile;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Everything that is known of one user in one tracker: interests, recent history, and per log shard a mark, the sequence number of
 * the last event applied, by which each event counts once however often the log is read. A profile depends on the events and their
 * order only, not on how they are split into batches.
 *
 * <p>Mutable, not thread-safe. Two callers change profiles, both after reading a copy of their own: a follower applies events to a
 * profile from {@link FollowedProfiles#load} and stores it, and {@link GetProfileAction} adds recent items and drops old history for
 * one request. Profiles in {@link ProfileCache} are shared by concurrent searches and must not be changed; {@link ProfileReader}
 * decides which of the two a request gets. Methods outside this package do not change a profile, except {@link #apply}, {@link
 * #dropMarks} and {@link #cover}.
 */
public final class Profile implements Writeable {
    private static final Format FORMAT = Format.first(Profile.class).withField(2).withField(3);
    /**
     * One event of the recent history.
     *
     * @param time   epoch milliseconds
     * @param id     32-bit hash of the event's id
     * @param rating of the item, any finite number; NaN without one
     */
    public record Seen(String item, String action, long time, int id, float rating) {
        /** Whether time, item and action are those of an event; the ids may differ. */
        boolean sameAct(Event event) {
            return time == event.time() && item.equals(event.item()) && action.equals(event.action());
        }
    }

    private final String user;
    private final InterestSet interests;
    private final History history;
    /** The sequence number of the last event applied, by the key of its log shard. */
    private final Map<String, Long> marks;
    private long events;
    /** Epoch milliseconds. */
    private long sessionStart;
    private int sessionEvents;
    private final Erasure erasure;
    /** How much is kept depends on when progress was stored, so profiles with other effects are equal. */
    private final RecentEffects effects;

    /** Creates an empty profile. */
    public Profile(String user) {
        this(user, Map.of(), Erasure.NONE, new RecentEffects());
    }

    private Profile(String user, Map<String, Long> marks, Erasure erasure, RecentEffects effects) {
        this.user = user;
        interests = new InterestSet(List.of());
        history = new History();
        this.marks = new TreeMap<>(marks);
        this.erasure = erasure;
        this.effects = effects.copy();
    }

    public Profile(StreamInput from) throws IOException {
        Frame in = FORMAT.read(from);
        user = in.readString();
        StringDictionary dictionary = new StringDictionary();
        interests = new InterestSet(in.readList(interest -> new Interest(interest, dictionary)));
        history = History.read(in, dictionary);
        sessionStart = in.readZLong();
        sessionEvents = in.readVInt();
        marks = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readZLong));
        events = in.readVLong();
        erasure = new Erasure(in);
        effects = in.format() < 2 ? new RecentEffects() : RecentEffects.read(in);
        if (in.format() >= 3) {
            history.readRatings(in);
        }
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            StringDictionary dictionary = new StringDictionary();
            out.writeString(user);
            out.writeVInt(interests.interests().size());
            for (Interest interest : interests.interests()) {
                interest.writeTo(out, dictionary);
            }
            history.writeTo(out, dictionary);
            out.writeZLong(sessionStart);
            out.writeVInt(sessionEvents);
            out.writeMap(marks, StreamOutput::writeString, StreamOutput::writeZLong);
            out.writeVLong(events);
            erasure.writeTo(out);
            effects.writeTo(out);
            history.writeRatings(out);
        }
    }

    /**
     * One interaction of a hypothetical user, see {@link #of}.
     *
     * @param time   epoch milliseconds
     * @param vector unit vector of the item
     * @param weight of the action; below 0 for a dislike
     * @param rating NaN without one
     * @param action name of the action; empty if it is not known
     */
    public record Interaction(String item, long time, float[] vector, double weight, float rating, String action) {}

    /** Returns the profile of a user with these interactions and no others, without contexts. Such a profile must not be stored. */
    public static Profile of(String user, List<Interaction> oldestFirst, Tracker tracker) {
        Profile profile = new Profile(user);
        for (Interaction one : oldestFirst) {
            profile.add(new Event(user, one.item, one.action, one.time, 0, List.of(), one.rating), one.vector, one.weight, tracker);
        }
        return profile;
    }

    /** The name under which the user is stored: the user's name, or a pseudonym. */
    public String user() {
        return user;
    }

    /** Returns a read-only view of the interests, oldest first. */
    public List<Interest> interests() {
        return interests.interests();
    }

    /** Returns a read-only view of the newest events, oldest first, at most {@value History#MAX}. */
    public List<Seen> history() {
        return history.events();
    }

    /** The number of events applied since the last erasure. */
    public long events() {
        return events;
    }

    /** The time of the newest event, epoch milliseconds; 0 without events. */
    public long lastEvent() {
        return history.lastTime();
    }

    /** Whether an event at this time, epoch milliseconds, would belong to the session of the newest event. */
    public boolean inSession(long time, Tracker tracker) {
        return history.isEmpty() == false && time - history.lastTime() < tracker.sessionGap();
    }

    /** Returns the interests by their weight as of the newest event, heaviest first. */
    public List<Interest> heaviestFirst(Decay decay) {
        long now = lastEvent();
        return interests().stream().sorted(Comparator.comparingDouble(interest -> -interest.weightAt(now, decay))).toList();
    }

    /** Returns an estimate of the profile's size on the heap in bytes. */
    public long bytes() {
        long bytes = 500 + 150L * history.events().size();
        for (Interest interest : interests()) {
            bytes += 800 + 4L * interest.dimension();
        }
        return bytes;
    }

    /** How much the profile is based on, from 0 to 1: {@code 1 - 0.7^events}, the sum of {@link Interest#recency} of all interests. */
    public float confidence() {
        return (float) (1 - Math.pow(Interest.RECENCY_DECAY, events));
    }

    /** Whether an item is in the history. */
    public boolean hasInHistory(String item) {
        return history.contains(item);
    }

    /** What the user had erased; {@link Erasure#NONE} for nothing. */
    public Erasure erasure() {
        return erasure;
    }

    /**
     * Returns the profile after its user was forgotten, opted out or opted in again: without interests and history, with the marks,
     * so that events applied before are not applied again.
     *
     * @param now      epoch milliseconds; if the newest event is later, the erasure is as of that event
     * @param optedOut whether later events must be skipped too
     */
    public Profile erased(long now, boolean optedOut) {
        return new Profile(user, marks, new Erasure(Math.max(now, lastEvent()), optedOut), effects);
    }

    /** Returns the profile without interests and history, with the marks and another erasure. */
    Profile emptyWith(Erasure other) {
        return new Profile(user, marks, other, effects);
    }

    /** Drops events before a time, epoch milliseconds, from the history. */
    void dropHistoryBefore(long time) {
        history.dropBefore(time);
    }

    /** Whether the user's events up to this sequence number were applied before, whether they changed an interest or were duplicates. */
    public boolean hasApplied(LogShard logShard, long seqNo) {
        return seqNo <= marks.getOrDefault(logShard.key(), -1L);
    }

    /** The number of log shards that the profile has a mark of. */
    public int markCount() {
        return marks.size();
    }

    /**
     * Drops marks that are not needed any more.
     *
     * @param isStale given a log shard's key and the sequence number of the last event applied: whether no event of the shard up to
     *                that number will be read again
     */
    public void dropMarks(BiPredicate<String, Long> isStale) {
        marks.entrySet().removeIf(mark -> isStale.test(mark.getKey(), mark.getValue()));
        effects.retain(marks.keySet());
    }

    /**
     * Forgets what events did, as {@link #apply} returns it again if they are read again, up to a sequence number that the stored
     * progress of their log shard has reached.
     */
    public void cover(LogShard logShard, long readTo) {
        effects.cover(logShard.key(), readTo);
    }

    /**
     * An event of the log, ready to be applied.
     *
     * @param position of the event in its document
     * @param vector unit vector of the event's item
     * @param weight of the event's action; below 0 for a dislike
     */
    public record WeightedEvent(Event event, int position, float[] vector, double weight) {}

    /**
     * Applies the user's events of one document, unless they were applied before or must be skipped. Which of them are duplicates is
     * decided before the first is applied: they have the same id and must not count as duplicates of each other. Documents of a log
     * shard must come in the order of their sequence numbers. O(events · interests · dimension).
     *
     * @param isUpdate whether the document overwrote one of the same id
     * @return for each event, what it did, also if it was applied before: then, what it did at that time, unless it is erased now
     */
    public List<EventEffect> apply(LogShard logShard, long seqNo, List<WeightedEvent> document, boolean isUpdate, Tracker tracker) {
        boolean isApplied = hasApplied(logShard, seqNo);
        List<EventEffect> done = new ArrayList<>(document.size());
        for (WeightedEvent one : document) {
            // Erased events first: so an event gets the same reason when it is read again.
            SkipReason erased = erasure.skipReason(one.event);
            if (erased != null) {
                done.add(EventEffect.skipped(erased));
            } else if (isApplied) {
                done.add(effects.of(logShard.key(), seqNo, one.position));
            } else {
                boolean isDuplicate = history.isDuplicate(one.event, isUpdate);
                done.add(isDuplicate ? EventEffect.skipped(SkipReason.DUPLICATE) : EventEffect.changing(hasInHistory(one.event.item())));
            }
        }
        for (int i = 0; i < done.size() && isApplied == false; i++) {
            WeightedEvent one = document.get(i);
            if (done.get(i).reason() == null) {
                done.set(i, done.get(i).unless(add(one.event, one.vector, one.weight, tracker)));
            }
            if (erasure.skipReason(one.event) == null) {
                marks.put(logShard.key(), seqNo);
                effects.add(logShard.key(), seqNo, one.position, done.get(i));
            }
        }
        return done;
    }

    /** The same for a document with one event; returns why the event changed no interest, null if it did. */
    public SkipReason apply(LogShard logShard, long seqNo, Event event, boolean isUpdate, float[] vector, double weight, Tracker tracker) {
        return apply(logShard, seqNo, List.of(new WeightedEvent(event, 0, vector, weight)), isUpdate, tracker).getFirst().reason();
    }

    /**
     * Adds items of the present session, which are not in the log yet, with the weight of the tracker's lightest positive action.
     * Such a profile must not be stored.
     *
     * @param vectors unit vectors by item, in the order of the session; items with an empty vector are skipped
     * @param now     epoch milliseconds
     */
    void addRecentItems(Map<String, float[]> vectors, Tracker tracker, long now) {
        long time = history.isEmpty() ? now : lastEvent();
        vectors.forEach((item, vector) -> {
            if (vector.length > 0) {
                add(Event.recent(user, item, time), vector, tracker.lightestLike(), tracker);
            }
        });
    }

    /** Adds an event to the history, and to the interests if it exceeds no limit. */
    private SkipReason add(Event event, float[] vector, double weight, Tracker tracker) {
        if (history.isEmpty() || event.time() - history.lastTime() >= tracker.sessionGap()) {
            sessionStart = event.time();
            sessionEvents = 0;
            interests.beginSession();
        }
        boolean inSession = event.time() >= sessionStart;
        SkipReason exceeded = history.exceededLimit(event, inSession ? sessionEvents : 0, tracker);
        events++;
        sessionEvents += inSession ? 1 : 0;
        history.add(new Seen(event.item(), event.action(), event.time(), event.id(), event.rating()));
        tracker.retention().ifPresent(retention -> history.dropBefore(lastEvent() - retention.millis()));
        if (exceeded == null) {
            interests.add(event, vector, weight, inSession, tracker);
        }
        return exceeded;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Profile other
            && user.equals(other.user)
            && interests.equals(other.interests)
            && history.equals(other.history)
            && marks.equals(other.marks)
            && events == other.events
            && sessionStart == other.sessionStart
            && sessionEvents == other.sessionEvents
            && erasure.equals(other.erasure);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, interests, history, marks, events, sessionStart, sessionEvents, erasure);
    }
}
