package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.EventReader;
import org.opensearch.affinity.event.EventReader.SkippedException;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.UserNames;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Events read together from one slice, on their way into profiles. Not thread-safe. */
final class EventBatch {
    /** @param weight of the event's action; 0 for an impression */
    private record Numbered(LogShard slice, long seqNo, boolean again, Event event, double weight) {
        boolean isImpression() {
            return weight == 0;
        }
    }

    private final Tracker tracker;
    private final long readTo;
    /** In the order of the log. */
    private final List<Numbered> events = new ArrayList<>();
    private final Map<String, List<Numbered>> byUser = new HashMap<>();
    private final Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
    /** Events that say nothing, neither of their user nor of their item. */
    private final Set<Numbered> idle = Collections.newSetFromMap(new IdentityHashMap<>());
    private Map<String, float[]> vectors = Map.of();
    private long repeats;
    private long refused;

    /**
     * @param origin of the slice
     * @param names  by which users are known from here on
     * @param now    epoch milliseconds
     */
    EventBatch(LogShard slice, LogShardOrigin origin, Tracker tracker, ReadEventsAction.Response read, UserNames names, long now) {
        this.tracker = tracker;
        this.readTo = read.readTo();
        EventReader reader = new EventReader(tracker.events().fields(), tracker.contexts());
        for (ReadEventsAction.LogDocument document : read.documents()) {
            try {
                Event event = reader.read(document.id(), document.source(), now);
                Double weight = tracker.isImpression(event.action()) ? Double.valueOf(0) : tracker.weightOf(event.action());
                if (weight == null) {
                    skip(SkipReason.UNWEIGHTED_ACTION);
                } else {
                    Event stored = event.withUser(names.of(event.user()));
                    events.add(new Numbered(origin.logShardOf(slice, document.term()), document.seqNo(), document.isUpdate(), stored, weight));
                }
            } catch (SkippedException e) {
                skip(e.reason());
            }
        }
    }

    private void skip(SkipReason reason) {
        skipped.merge(reason, 1L, Long::sum);
    }

    /** The items of the events. */
    Set<String> items() {
        Set<String> items = new HashSet<>();
        events.forEach(numbered -> items.add(numbered.event.item()));
        return items;
    }

    /** Takes the items' vectors and skips the events of items that are unknown or have none; to be shown, an item needs none. */
    void resolve(Map<String, float[]> found) {
        vectors = found;
        events.removeIf(numbered -> {
            float[] vector = found.get(numbered.event.item());
            if (vector == null || vector.length == 0 && numbered.isImpression() == false) {
                skip(vector == null ? SkipReason.UNKNOWN_ITEM : SkipReason.ITEM_WITHOUT_VECTOR);
                return true;
            }
            return false;
        });
        events.forEach(numbered -> byUser.computeIfAbsent(numbered.event.user(), user -> new ArrayList<>()).add(numbered));
    }

    /** The users whose events are left after {@link #resolve}. */
    Set<String> users() {
        return byUser.keySet();
    }

    /**
     * Folds a user's events of this batch into the profile, but for those it has, and skips those that change no interest.
     *
     * @return whether the profile changed
     */
    boolean applyTo(Profile profile) {
        long before = profile.events();
        for (Numbered numbered : byUser.get(profile.user())) {
            SkipReason reason = numbered.isImpression() ? shown(profile, numbered) : fold(profile, numbered);
            if (reason != null) {
                skip(reason);
                refused += reason.isRestrained() ? 0 : 1;
            }
            if (reason != null && reason != SkipReason.IMPRESSION) {
                idle.add(numbered);
            }
        }
        return profile.events() != before;
    }

    /**
     * The profile only says whether its user wants to be counted. It does not remember what was shown, so that a document that
     * was written before under its id is taken for counted.
     */
    private static SkipReason shown(Profile profile, Numbered impression) {
        SkipReason unwanted = profile.erasure().skipReason(impression.event);
        if (unwanted != null) {
            return unwanted;
        }
        return impression.again ? SkipReason.DUPLICATE : SkipReason.IMPRESSION;
    }

    private SkipReason fold(Profile profile, Numbered numbered) {
        Event event = numbered.event;
        boolean knew = profile.hasApplied(numbered.slice, numbered.seqNo) == false && profile.hasInHistory(event.item());
        float[] vector = vectors.get(event.item());
        SkipReason reason = profile.apply(numbered.slice, numbered.seqNo, event, numbered.again, vector, numbered.weight, tracker);
        if (reason == null && knew && numbered.weight > 0) {
            repeats++;
        }
        return reason;
    }

    /**
     * What became of the batch, once it has been applied to the profiles of all its users.
     *
     * @param readTo  the sequence number up to which the log was read
     * @param applied events that are in profiles
     * @param skipped events that changed no interest, by reason
     * @param liked   unit vectors of the items that were liked, one an event, in the order of the log
     * @param repeats how many of the liked events name an item that was in their user's history
     * @param counted events that liked or showed an item, in the order of the log
     */
    record Outcome(long readTo, long applied, Map<SkipReason, Long> skipped, List<float[]> liked, long repeats, List<ItemRowUpdates.Counted> counted) {}

    Outcome outcome() {
        List<float[]> liked = new ArrayList<>();
        List<ItemRowUpdates.Counted> counted = new ArrayList<>();
        for (Numbered numbered : events) {
            if (idle.contains(numbered)) {
                continue;
            }
            if (numbered.weight > 0) {
                liked.add(vectors.get(numbered.event.item()));
            }
            if (numbered.weight >= 0) {
                counted.add(new ItemRowUpdates.Counted(numbered.slice, numbered.seqNo, numbered.event, numbered.weight));
            }
        }
        return new Outcome(readTo, events.size() - refused, skipped, liked, repeats, counted);
    }

    long readTo() {
        return readTo;
    }
}
