package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.profile.CommonTaste;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a tracker makes of a log, folded in this JVM by the code that followers run, for measurements without a node. */
public final class FoldedLog {
    private final Tracker tracker;
    private final LogShard slice;
    private final Map<String, Profile> profiles = new TreeMap<>();
    private final Map<String, ItemRow> rows = new TreeMap<>();
    private TasteStatistics population = TasteStatistics.NONE;
    private long read;

    public FoldedLog(Tracker tracker) {
        this.tracker = tracker;
        slice = new LogShard("folded", new ShardId(new Index("log", "uuid"), 0));
    }

    /**
     * Takes in the next event, of an item that its user has not had before.
     *
     * @param weight of the action, above 0
     * @param time   epoch milliseconds
     * @param vector unit vector of the item
     */
    public void take(String user, String item, String action, double weight, long time, float[] vector) {
        Event event = new Event(user, item, action, time, (user + item).hashCode(), List.of());
        profiles.computeIfAbsent(user, Profile::new).apply(slice, read, event, false, vector, weight, tracker);
        rows.computeIfAbsent(item, ItemRow::new).addLike(slice, read, weight, time, List.of(), tracker.decay());
        population = population.with(List.of(vector), 0);
        read++;
    }

    /** What a search would be told of a user. */
    public GetProfileAction.Response found(String user, String itemTable) {
        return new GetProfileAction.Response(tracker, profiles.get(user), CommonTaste.of(List.of(population)), itemTable, null);
    }

    /** Of all items that anybody acted on. */
    public Collection<ItemRow> rows() {
        return new ArrayList<>(rows.values());
    }
}
