package org.opensearch.affinity.item;

import org.apache.lucene.util.BytesRef;
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
 * What all users together did with one item: one row of a tracker's item table. As in a profile, every event counts once
 * however often the log is read. Mutable, not thread-safe.
 */
public final class ItemRow implements Writeable {
    private static final byte FORMAT = 3;
    private static final int MAX_CONTEXTS = 64;
    private static final int MANY_MARKS = 8;

    private final String item;
    private final Map<String, Float> contexts;
    private final Map<String, Long> applied;
    private double weight;
    private double total;
    private long time;
    private long likes;
    private long shown;

    /** By what rankers know an item: two items of a shop that share one are not to be expected. */
    public static long hash(BytesRef item) {
        return MurmurHash3.hash128(item.bytes, item.offset, item.length, 0, new MurmurHash3.Hash128()).h1;
    }

    /** Of an item that nobody did anything with yet. */
    public ItemRow(String item) {
        this.item = item;
        contexts = new TreeMap<>();
        applied = new TreeMap<>();
    }

    public ItemRow(StreamInput in) throws IOException {
        byte format = in.readByte();
        if (format != FORMAT) {
            throw new IOException("item row format [" + format + "] is not the one of this version, [" + FORMAT + "]");
        }
        item = in.readString();
        weight = in.readDouble();
        total = in.readDouble();
        time = in.readZLong();
        likes = in.readVLong();
        shown = in.readVLong();
        contexts = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readFloat));
        applied = new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readZLong));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeByte(FORMAT);
        out.writeString(item);
        out.writeDouble(weight);
        out.writeDouble(total);
        out.writeZLong(time);
        out.writeVLong(likes);
        out.writeVLong(shown);
        out.writeMap(contexts, StreamOutput::writeString, StreamOutput::writeFloat);
        out.writeMap(applied, StreamOutput::writeString, StreamOutput::writeZLong);
    }

    public String item() {
        return item;
    }

    /** Decayed weight of all events that liked it, as of {@link #time()}. */
    public double weight() {
        return weight;
    }

    /** Weight of all events that ever liked it. */
    public double total() {
        return total;
    }

    /** Time of the newest event that liked it, epoch milliseconds; 0 where none did. */
    public long time() {
        return time;
    }

    /** How many events liked it. */
    public long likes() {
        return likes;
    }

    /** How often it was shown, as far as impressions say. */
    public long shown() {
        return shown;
    }

    /** The part of the weight that is from each context, {@code field=value}. */
    public Map<String, Float> contexts() {
        return contexts;
    }

    /**
     * Takes in one event that liked it, unless it was already.
     *
     * @param amount above 0
     * @param when   epoch milliseconds
     */
    public void add(LogShard slice, long seqNo, double amount, long when, List<String> in, Decay decay) {
        if (mark(slice, seqNo) == false) {
            return;
        }
        likes++;
        if (weight > 0 && when > time) {
            float factor = (float) decay.factor(time, when);
            weight *= factor;
            contexts.replaceAll((context, value) -> value * factor);
        }
        time = weight > 0 ? Math.max(time, when) : when;
        double left = amount * decay.factor(when, time);
        weight += left;
        total += amount;
        for (String context : in) {
            contexts.merge(context, (float) left, Float::sum);
            if (contexts.size() > MAX_CONTEXTS) {
                contexts.remove(contexts.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey());
            }
        }
    }

    /** Takes in one impression, unless it was already. It makes the item neither popular nor newer. */
    public void show(LogShard slice, long seqNo) {
        if (mark(slice, seqNo)) {
            shown++;
        }
    }

    /** Whether the event is new; from now on it is not. */
    private boolean mark(LogShard slice, long seqNo) {
        if (seqNo <= applied.getOrDefault(slice.key(), -1L)) {
            return false;
        }
        applied.put(slice.key(), seqNo);
        return true;
    }

    /** The marks of slices that do not exist any more protect from nothing, unless their index is restored: a few may stay. */
    public void retainSlices(Set<String> keys) {
        if (applied.size() > MANY_MARKS) {
            applied.keySet().retainAll(keys);
        }
    }
}
