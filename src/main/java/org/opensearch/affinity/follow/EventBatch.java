package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.EventReader;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.profile.EventEffect;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.Profile.WeightedEvent;
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

/**
 * Events that were read together from one log shard, on their way into profiles and item rows. The calls of a batch: the
 * constructor parses documents, {@link #resolve} assigns item vectors, {@link #applyTo} applies the events of one user, for each of
 * {@link #users}, and {@link #outcome} summarises. Not thread-safe.
 */
final class EventBatch {
    /**
     * An event that was read.
     *
     * @param logShard the log shard as whose event it counts, see {@link LogShardOrigin}
     * @param position in its document
     * @param isUpdate whether its document overwrote one of the same id
     * @param weight   of its action; 0 for an impression
     */
    private record LoggedEvent(LogShard logShard, long seqNo, int position, boolean isUpdate, Event event, double weight) {
        boolean isImpression() {
            return weight == 0;
        }
    }

    private final Tracker tracker;
    private final long readTo;
    /** In the order of the log. */
    private final List<LoggedEvent> events = new ArrayList<>();
    private final Map<String, List<LoggedEvent>> byUser = new HashMap<>();
    private final Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
    /** Events that {@link #applyTo} skipped, so that they do not count for their items either. By identity. */
    private final Set<LoggedEvent> withoutEffect = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Unit vectors by item; empty arrays for items without one. */
    private Map<String, float[]> vectors = Map.of();
    private long repeats;
    private long notInProfiles;

    /**
     * Parses documents of the log.
     *
     * @param origin of the log shard
     * @param reader of the log shard's index
     * @param names  the names under which users are stored
     * @param now    epoch milliseconds
     */
    EventBatch(
        LogShard logShard,
        LogShardOrigin origin,
        Tracker tracker,
        EventReader reader,
        ReadEventsAction.Response read,
        UserNames names,
        long now
    ) {
        this.tracker = tracker;
        this.readTo = read.readTo();
        for (ReadEventsAction.LogDocument document : read.documents()) {
            LogShard countsFor = origin.logShardOf(logShard, document.term());
            EventReader.Content content = reader.read(document.id(), document.source(), now);
            content.skipped().forEach(this::count);
            for (int position = 0; position < content.events().size(); position++) {
                Event event = content.events().get(position);
                Double weight = tracker.isImpression(event.action()) ? Double.valueOf(0) : tracker.weightOf(event.action());
                if (weight == null) {
                    count(SkipReason.UNWEIGHTED_ACTION);
                } else {
                    Event stored = event.withUser(names.of(event.user()));
                    events.add(new LoggedEvent(countsFor, document.seqNo(), position, document.isUpdate(), stored, weight));
                }
            }
        }
    }

    private void count(SkipReason reason) {
        skipped.merge(reason, 1L, Long::sum);
    }

    /** Returns the items of the events. */
    Set<String> items() {
        Set<String> items = new HashSet<>();
        events.forEach(logged -> items.add(logged.event.item()));
        return items;
    }

    /**
     * Sets the items' vectors, and skips events of unknown items and of items without a vector. Impressions need no vector.
     *
     * @param found unit vectors by item; an empty array for an item without one; no entry for an unknown item
     */
    void resolve(Map<String, float[]> found) {
        vectors = found;
        events.removeIf(logged -> {
            float[] vector = found.get(logged.event.item());
            if (vector == null || vector.length == 0 && logged.isImpression() == false) {
                count(vector == null ? SkipReason.UNKNOWN_ITEM : SkipReason.ITEM_WITHOUT_VECTOR);
                return true;
            }
            return false;
        });
        events.forEach(logged -> byUser.computeIfAbsent(logged.event.user(), user -> new ArrayList<>()).add(logged));
    }

    /** The stored names of the users whose events are left after {@link #resolve}. */
    Set<String> users() {
        return byUser.keySet();
    }

    /**
     * Applies the events of one user to the profile, and counts those that change no interest by their reason.
     *
     * @param storedTo the sequence number that the stored progress has reached
     * @return whether the profile changed, so that it must be stored
     */
    boolean applyTo(Profile profile, long storedTo) {
        boolean changes = false;
        List<LoggedEvent> ofUser = byUser.get(profile.user());
        int from = 0;
        for (int to = 1; to <= ofUser.size(); to++) {
            // All events are of one log shard, so those of one document have the same sequence number.
            if (to == ofUser.size() || ofUser.get(to).seqNo != ofUser.get(from).seqNo) {
                changes |= applyDocument(profile, ofUser.subList(from, to), storedTo);
                from = to;
            }
        }
        return changes;
    }

    private boolean applyDocument(Profile profile, List<LoggedEvent> document, long storedTo) {
        LoggedEvent first = document.getFirst();
        profile.cover(first.logShard, storedTo);
        boolean wasApplied = profile.hasApplied(first.logShard, first.seqNo);
        List<LoggedEvent> actions = document.stream().filter(logged -> logged.isImpression() == false).toList();
        List<EventEffect> effects = actions.isEmpty() ? List.of() : apply(profile, actions);
        for (int i = 0; i < actions.size(); i++) {
            count(actions.get(i), effects.get(i));
        }
        document.stream().filter(LoggedEvent::isImpression).forEach(logged -> skip(logged, impressionReason(profile, logged)));
        // A duplicate too: what it did must be known if it is read again after later events of the user.
        return wasApplied == false && profile.hasApplied(first.logShard, first.seqNo);
    }

    private void count(LoggedEvent action, EventEffect effect) {
        if (effect.isCounted()) {
            notInProfiles++;
            withoutEffect.add(action);
        } else if (effect.reason() != null) {
            skip(action, effect.reason());
        } else {
            repeats += effect.isRepeat() && action.weight > 0 ? 1 : 0;
        }
    }

    private void skip(LoggedEvent logged, SkipReason reason) {
        count(reason);
        notInProfiles += reason.isRestrained() ? 0 : 1;
        if (reason != SkipReason.IMPRESSION) {
            withoutEffect.add(logged);
        }
    }

    /**
     * Returns {@link SkipReason#IMPRESSION}, or why an impression does not count for its item. Profiles do not store impressions, so
     * only one whose document was overwritten is known to be a duplicate.
     */
    private static SkipReason impressionReason(Profile profile, LoggedEvent impression) {
        SkipReason erased = profile.erasure().skipReason(impression.event);
        if (erased != null) {
            return erased;
        }
        return impression.isUpdate ? SkipReason.DUPLICATE : SkipReason.IMPRESSION;
    }

    /** Applies the events of one document, which are no impressions. */
    private List<EventEffect> apply(Profile profile, List<LoggedEvent> document) {
        LoggedEvent first = document.getFirst();
        List<WeightedEvent> weighted = document.stream()
            .map(logged -> new WeightedEvent(logged.event, logged.position, vectors.get(logged.event.item()), logged.weight))
            .toList();
        return profile.apply(first.logShard, first.seqNo, weighted, first.isUpdate, tracker);
    }

    /**
     * The outcome of a batch that was applied to the profiles of all its users.
     *
     * @param readTo       the sequence number up to which the log was read
     * @param applied      the number of events that profiles contain
     * @param skipped      the number of events that changed no interest, by reason
     * @param likedVectors unit vectors of items, one for each applied event of positive weight, in the order of the log
     * @param repeats      how many of these events are of an item in their user's history
     * @param itemEvents   applied events of positive weight, and impressions, in the order of the log
     */
    record Outcome(
        long readTo,
        long applied,
        Map<SkipReason, Long> skipped,
        List<float[]> likedVectors,
        long repeats,
        List<ItemRowUpdates.ItemEvent> itemEvents
    ) {}

    Outcome outcome() {
        List<float[]> likedVectors = new ArrayList<>();
        List<ItemRowUpdates.ItemEvent> itemEvents = new ArrayList<>();
        for (LoggedEvent logged : events) {
            if (withoutEffect.contains(logged)) {
                continue;
            }
            if (logged.weight > 0) {
                likedVectors.add(vectors.get(logged.event.item()));
            }
            if (logged.weight >= 0) {
                itemEvents.add(new ItemRowUpdates.ItemEvent(logged.logShard, logged.seqNo, logged.event, logged.weight));
            }
        }
        return new Outcome(readTo, events.size() - notInProfiles, skipped, likedVectors, repeats, itemEvents);
    }

    /** The sequence number up to which the log was read. */
    long readTo() {
        return readTo;
    }
}
