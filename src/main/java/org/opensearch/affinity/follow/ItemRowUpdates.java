package org.opensearch.affinity.follow;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.item.ItemRowIndex.Stored;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.engine.VersionConflictEngineException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What events of one slice say of items, on its way into the item table: collected while batches pass, added to the rows
 * before the slice's progress is stored. Not thread-safe.
 */
final class ItemRowUpdates {
    private static final int MAX_RETRIES = 10;

    /**
     * One event that liked an item or showed it.
     *
     * @param weight of the event's action; 0 for an impression
     * @param time   epoch milliseconds
     */
    record Counted(LogShard slice, long seqNo, String item, double weight, long time, List<String> contexts) {
        Counted(LogShard slice, long seqNo, Event event, double weight) {
            this(slice, seqNo, event.item(), weight, event.time(), event.contexts());
        }

        private void addTo(ItemRow row, Decay decay) {
            if (weight > 0) {
                row.addLike(slice, seqNo, weight, time, contexts, decay);
            } else {
                row.addImpression(slice, seqNo);
            }
        }
    }

    private final ItemRowIndex items;
    private final Map<String, List<Counted>> waiting = new LinkedHashMap<>();
    private int size;

    ItemRowUpdates(ItemRowIndex items) {
        this.items = items;
    }

    void add(Counted event) {
        waiting.computeIfAbsent(event.item(), item -> new ArrayList<>()).add(event);
        size++;
    }

    /** How many events wait. */
    int size() {
        return size;
    }

    /** Adds what waits to the rows of the items, in the table of that name. Slices meet in popular items: who comes second adds to what the first wrote. */
    void publish(String home, Decay decay, Set<String> existingSlices, ActionListener<Void> listener) {
        publish(home, decay, existingSlices, 0, ActionListener.map(listener, done -> {
            waiting.clear();
            size = 0;
            return null;
        }));
    }

    private void publish(String home, Decay decay, Set<String> existingSlices, int retries, ActionListener<Void> listener) {
        items.load(home, waiting.keySet(), ActionListener.wrap(rows -> {
            for (Stored stored : rows) {
                ItemRow row = stored.row();
                waiting.get(row.item()).forEach(event -> event.addTo(row, decay));
                row.retainShards(existingSlices);
            }
            items.save(home, rows, ActionListener.wrap(listener::onResponse, e -> {
                if (retries < MAX_RETRIES && ExceptionsHelper.unwrapCause(e) instanceof VersionConflictEngineException) {
                    publish(home, decay, existingSlices, retries + 1, listener);
                } else {
                    listener.onFailure(e);
                }
            }));
        }, listener::onFailure));
    }
}
