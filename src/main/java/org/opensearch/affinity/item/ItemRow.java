package org.opensearch.affinity.item;

import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.common.hash.MurmurHash3;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One item row: what all users of a tracker did with one item. Rows are stored in {@link ItemRowIndex}; every event counts once,
 * however often the log is read. Mutable, not thread-safe.
 */
public final class ItemRow implements Writeable {
    private static final Format FORMAT = Format.first(ItemRow.class);
    private static final int MAX_CONTEXTS = 64;
    /** Up to this many shards' sequence numbers are kept although the shards no longer exist. */
    private static final int MAX_OBSOLETE_SHARDS = 8;

    private final String item;
    private final Map<String, Float> contexts;
    /** By log shard, the sequence number of the last event that was counted. */
    private final Map<String, Long> applied;
    private double weight;
    private double allTimeWeight;
    private long time;
    private long likes;
    private long impressions;

    /**
     * The 64-bit hash that identifies an item in rankers, item tables and trained models. Collisions between the items of one index
     * are so unlikely that they are not handled.
     *
     * @param item the id's UTF-8 bytes
     */
    public static long hash(BytesRef item) {
        return MurmurHash3.hash128(item.bytes, item.offset, item.length, 0, new MurmurHash3.Hash128()).h1;
    }

    /** The row of an item without events. */
    public ItemRow(String item) {
        this.item = item;
        contexts = new TreeMap<>();
        applied = new TreeMap<>();
    }

    ItemRow(StreamInput from) throws IOException {
        Frame in = FORMAT.read(from);
        item = in.readString();
        weight = in.readDouble();
        allTimeWeight = in.readDouble();
        time = in.readZLong();
        likes = in.readVLong();
        impressions = in.readVLong();
        contexts = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readFloat));
        applied = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readZLong));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(item);
            out.writeDouble(weight);
            out.writeDouble(allTimeWeight);
            out.writeZLong(time);
            out.writeVLong(likes);
            out.writeVLong(impressions);
            out.writeMap(contexts, StreamOutput::writeString, StreamOutput::writeFloat);
            out.writeMap(applied, StreamOutput::writeString, StreamOutput::writeZLong);
        }
    }

    public String item() {
        return item;
    }

    /** The decayed weight of all events that liked the item, as of {@link #time()}. */
    public double weight() {
        return weight;
    }

    /** The weight of all events that ever liked the item, without decay. */
    double allTimeWeight() {
        return allTimeWeight;
    }

    /** The time of the newest event that liked the item, epoch milliseconds; 0 if there is none. */
    public long time() {
        return time;
    }

    /** The number of events that liked the item. */
    public long likes() {
        return likes;
    }

    /** The number of events that only showed the item. */
    public long impressions() {
        return impressions;
    }

    /** By context, {@code field=value}, the part of {@link #weight()} that was gained in it; at most 64, the largest ones. */
    Map<String, Float> contexts() {
        return contexts;
    }

    /**
     * Marks the events of one document as counted. Documents of a log shard must come in the order of their sequence numbers.
     *
     * @return whether they were not counted before, so that the caller must count each of them
     */
    public boolean mark(LogShard shard, long seqNo) {
        if (seqNo <= applied.getOrDefault(shard.key(), -1L)) {
            return false;
        }
        applied.put(shard.key(), seqNo);
        return true;
    }

    /**
     * Counts one event that liked the item.
     *
     * @param eventWeight   above 0
     * @param eventTime     epoch milliseconds
     * @param eventContexts {@code field=value}
     * @param decay         of the tracker
     */
    public void addLike(double eventWeight, long eventTime, List<String> eventContexts, Decay decay) {
        likes++;
        if (weight > 0 && eventTime > time) {
            float factor = (float) decay.factor(time, eventTime);
            weight *= factor;
            contexts.replaceAll((context, value) -> value * factor);
        }
        time = weight > 0 ? Math.max(time, eventTime) : eventTime;
        double decayed = eventWeight * decay.factor(eventTime, time);
        weight += decayed;
        allTimeWeight += eventWeight;
        for (String context : eventContexts) {
            contexts.merge(context, (float) decayed, Float::sum);
            if (contexts.size() > MAX_CONTEXTS) {
                contexts.remove(contexts.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey());
            }
        }
    }

    /** Counts one impression. It changes neither weight nor time. */
    public void addImpression() {
        impressions++;
    }

    /** Counts the only event of a document, unless it was counted before. */
    public void addLike(LogShard shard, long seqNo, double eventWeight, long eventTime, List<String> eventContexts, Decay decay) {
        if (mark(shard, seqNo)) {
            addLike(eventWeight, eventTime, eventContexts, decay);
        }
    }

    /** Counts the only impression of a document, unless it was counted before. */
    public void addImpression(LogShard shard, long seqNo) {
        if (mark(shard, seqNo)) {
            addImpression();
        }
    }

    /**
     * Removes the sequence numbers of log shards that no longer exist, once there are more than a few of them. They are only needed
     * again if such an index is restored.
     *
     * @param keys of the log shards that exist
     */
    public void retainShards(Set<String> keys) {
        if (applied.size() > MAX_OBSOLETE_SHARDS) {
            applied.keySet().retainAll(keys);
        }
    }
}
