package org.opensearch.affinity.track;

import org.opensearch.affinity.track.Event.Skipped;
import org.opensearch.affinity.track.Event.SkippedException;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Events read together from one slice, on their way into profiles. Not thread-safe. */
final class Batch {
    private record Numbered(long seqNo, Event event) {}

    private final Slice slice;
    private final Tracker tracker;
    private final long readTo;
    /** In the order of the log. */
    private final List<Numbered> events = new ArrayList<>();
    private final Map<String, List<Numbered>> byUser = new HashMap<>();
    private final Map<Skipped, Long> skipped = new EnumMap<>(Skipped.class);
    private Map<String, float[]> vectors = Map.of();

    Batch(Slice slice, Tracker tracker, ReadEventsAction.Response read) {
        this.slice = slice;
        this.tracker = tracker;
        this.readTo = read.readTo();
        for (ReadEventsAction.Read document : read.events()) {
            try {
                Event event = Event.parse(document.source());
                if (tracker.weightOf(event.action()) == null) {
                    skip(Skipped.UNWEIGHTED_ACTION);
                } else {
                    events.add(new Numbered(document.seqNo(), event));
                }
            } catch (SkippedException e) {
                skip(e.reason());
            }
        }
    }

    private void skip(Skipped reason) {
        skipped.merge(reason, 1L, Long::sum);
    }

    /** The items of the events. */
    Set<String> items() {
        Set<String> items = new HashSet<>();
        events.forEach(numbered -> items.add(numbered.event.item()));
        return items;
    }

    /** Takes the items' vectors and skips the events of items that are unknown or have none. */
    void resolve(Map<String, float[]> found) {
        vectors = found;
        events.removeIf(numbered -> {
            float[] vector = found.get(numbered.event.item());
            if (vector == null || vector.length == 0) {
                skip(vector == null ? Skipped.UNKNOWN_ITEM : Skipped.ITEM_WITHOUT_VECTOR);
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
     * Folds a user's events of this batch into the profile, but for those it has.
     *
     * @return whether the profile changed
     */
    boolean applyTo(Profile profile) {
        long before = profile.events();
        for (Numbered numbered : byUser.get(profile.user())) {
            Event event = numbered.event;
            profile.apply(slice, numbered.seqNo, event, vectors.get(event.item()), tracker.weightOf(event.action()), tracker);
        }
        return profile.events() != before;
    }

    /** The vectors of the items that were liked, an event each, in the order of the log. */
    List<float[]> liked() {
        return events.stream()
            .filter(numbered -> tracker.weightOf(numbered.event.action()) > 0)
            .map(numbered -> vectors.get(numbered.event.item()))
            .toList();
    }

    long readTo() {
        return readTo;
    }

    /** How many events the batch holds that were not skipped. */
    long events() {
        return events.size();
    }

    Map<Skipped, Long> skipped() {
        return skipped;
    }
}
