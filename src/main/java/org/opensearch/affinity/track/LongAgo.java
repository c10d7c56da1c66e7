package org.opensearch.affinity.track;

import org.apache.lucene.util.BytesRef;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.BitSet;

/**
 * The items of a user's events that a {@link History} has no room for any more, as a Bloom filter (CACM 1970) of 1 KiB: it knows
 * all of them, and takes some others for one of them, 1 in 50 with 1,000 items, 1 in 7 with 2,000. Two halves of a hash stand
 * for many, see Kirsch and Mitzenmacher, ESA 2006. What it is does not depend on the order of events. Not thread-safe.
 */
public final class LongAgo implements Writeable {
    /** Of nobody. */
    public static final LongAgo NONE = new LongAgo();
    private static final int BITS = 8_192;
    private static final int HASHES = 4;

    private final BitSet bits;

    LongAgo() {
        bits = new BitSet();
    }

    public LongAgo(StreamInput in) throws IOException {
        bits = BitSet.valueOf(in.readLongArray());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeLongArray(bits.toLongArray());
    }

    void add(String item) {
        long hash = ItemRow.hash(new BytesRef(item));
        for (int i = 0; i < HASHES; i++) {
            bits.set(bit(hash, i));
        }
    }

    void clear() {
        bits.clear();
    }

    public boolean isEmpty() {
        return bits.isEmpty();
    }

    /** @param hash of the item, {@link ItemRow#hash} */
    public boolean has(long hash) {
        for (int i = 0; i < HASHES; i++) {
            if (bits.get(bit(hash, i)) == false) {
                return false;
            }
        }
        return true;
    }

    private static int bit(long hash, int number) {
        return (int) (hash + number * (hash >>> 32 | 1)) & BITS - 1;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof LongAgo other && bits.equals(other.bits);
    }

    @Override
    public int hashCode() {
        return bits.hashCode();
    }
}
