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
 * Collects events of one log shard that count for items, and adds them to the item rows before the log shard's progress is stored.
 * Not thread-safe.
 */
final class ItemRowUpdates {
    private static final int MAX_RETRIES = 10;
    /** The most rows that are loaded and written at once. */
    private static final int MAX_ROWS = 500;

    /**
     * An impression or an event of positive weight.
     *
     * @param weight of the event's action; 0 for an impression
     * @param time   epoch milliseconds
     */
    record ItemEvent(LogShard logShard, long seqNo, String item, double weight, long time, List<String> contexts) {
        ItemEvent(LogShard logShard, long seqNo, Event event, double weight) {
            this(logShard, seqNo, event.item(), weight, event.time(), event.contexts());
        }

        private boolean isOfDocumentOf(ItemEvent other) {
            return other != null && seqNo == other.seqNo && logShard.key().equals(other.logShard.key());
        }

        private void addTo(ItemRow row, Decay decay) {
            if (weight > 0) {
                row.addLike(weight, time, contexts, decay);
            } else {
                row.addImpression();
            }
        }
    }

    private final ItemRowIndex items;
    private final Map<String, List<ItemEvent>> pending = new LinkedHashMap<>();
    private int size;

    ItemRowUpdates(ItemRowIndex items) {
        this.items = items;
    }

    void add(ItemEvent event) {
        pending.computeIfAbsent(event.item(), item -> new ArrayList<>()).add(event);
        size++;
    }

    /** The number of pending events. */
    int size() {
        return size;
    }

    /**
     * Adds the pending events to the items' rows, so many at a time that neither memory nor a request grows with the number of items.
     * Followers of other log shards may write the same rows: after a version conflict, the rows are loaded and changed again.
     *
     * @param home         the name of the profile generation
     * @param existingKeys keys of log shards whose marks a row must keep
     */
    void publish(String home, Decay decay, Set<String> existingKeys, ActionListener<Void> listener) {
        new Publication(home, decay, existingKeys, List.copyOf(pending.keySet()), ActionListener.map(listener, done -> {
            pending.clear();
            size = 0;
            return null;
        })).next(0, 0);
    }

    private final class Publication {
        private final String home;
        private final Decay decay;
        private final Set<String> existingKeys;
        private final List<String> ids;
        private final ActionListener<Void> listener;

        Publication(String home, Decay decay, Set<String> existingKeys, List<String> ids, ActionListener<Void> listener) {
            this.home = home;
            this.decay = decay;
            this.existingKeys = existingKeys;
            this.ids = ids;
            this.listener = listener;
        }

        /** Writes some rows. */
        void next(int from, int retries) {
            if (from == ids.size()) {
                listener.onResponse(null);
                return;
            }
            int to = Math.min(ids.size(), from + MAX_ROWS);
            items.load(home, ids.subList(from, to), ActionListener.wrap(rows -> {
                for (Stored stored : rows) {
                    ItemRow row = stored.row();
                    addTo(row, pending.get(row.item()), decay);
                    row.retainShards(existingKeys);
                }
                items.save(home, rows, ActionListener.wrap(saved -> next(to, 0), e -> {
                    if (retries < MAX_RETRIES && ExceptionsHelper.unwrapCause(e) instanceof VersionConflictEngineException) {
                        next(from, retries + 1);
                    } else {
                        listener.onFailure(e);
                    }
                }));
            }, listener::onFailure));
        }
    }

    /** Adds events to their item's row, unless the row contains their document already. */
    private static void addTo(ItemRow row, List<ItemEvent> events, Decay decay) {
        ItemEvent previous = null;
        boolean isNew = false;
        for (ItemEvent event : events) {
            isNew = event.isOfDocumentOf(previous) ? isNew : row.mark(event.logShard, event.seqNo);
            if (isNew) {
                event.addTo(row, decay);
            }
            previous = event;
        }
    }
}
