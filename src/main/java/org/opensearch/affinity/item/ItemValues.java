package org.opensearch.affinity.item;

import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.LongHeap;
import org.opensearch.common.util.BigArrays;
import org.opensearch.common.util.LongHash;

import java.util.function.DoubleUnaryOperator;

/**
 * One number per item, by the hash of the item's id ({@link ItemRow#hash}). Takes 23 to 35 bytes of heap per item. Filled by one
 * thread; any thread may read it afterwards.
 */
public final class ItemValues {
    private static final float MAX_LOAD_FACTOR = 0.75f;

    /** Numbers items in the order of insertion. Not recycled, so the garbage collector frees it and it needs no closing. */
    private final LongHash items;
    private float[] values = new float[0];

    /** @param expectedSize number of items for which memory is reserved */
    public ItemValues(int expectedSize) {
        items = new LongHash(expectedSize, MAX_LOAD_FACTOR, BigArrays.NON_RECYCLING_INSTANCE);
    }

    public int size() {
        return Math.toIntExact(items.size());
    }

    /** Sets the value of an item. */
    public void put(long item, float value) {
        int ordinal = ordinal(item);
        values[ordinal] = value;
    }

    /** Adds to the value of an item, which begins at 0. */
    public void add(long item, float value) {
        int ordinal = ordinal(item);
        values[ordinal] += value;
    }

    private int ordinal(long item) {
        long added = items.add(item);
        int ordinal = (int) (added < 0 ? -1 - added : added);
        values = ArrayUtil.grow(values, ordinal + 1);
        return ordinal;
    }

    /** Whether the item was put or added. */
    public boolean contains(long item) {
        return items.find(item) >= 0;
    }

    /** Returns the value of an item, 0 for an item without one. */
    public float get(long item) {
        long ordinal = items.find(item);
        return ordinal < 0 ? 0 : values[(int) ordinal];
    }

    /**
     * Returns the items with the largest values above 0, largest first; of equal values the item that was put first.
     *
     * @param most largest number of items, at least 1
     */
    public long[] largest(int most) {
        LongHeap heap = new LongHeap(Math.clamp(size(), 1, most));
        for (int ordinal = 0; ordinal < size(); ordinal++) {
            if (values[ordinal] > 0) {
                // Positive floats are in the order of their bits.
                heap.insertWithOverflow((long) Float.floatToIntBits(values[ordinal]) << Integer.SIZE | Integer.MAX_VALUE - ordinal);
            }
        }
        long[] largest = new long[heap.size()];
        for (int i = largest.length - 1; i >= 0; i--) {
            largest[i] = items.get(Integer.MAX_VALUE - (int) heap.pop());
        }
        return largest;
    }

    /** Returns the mean of all values, 0 without any. */
    public double mean() {
        double sum = 0;
        for (int ordinal = 0; ordinal < size(); ordinal++) {
            sum += values[ordinal];
        }
        return sum / Math.max(1, size());
    }

    /** Replaces every value by a function of it. */
    public void replaceAll(DoubleUnaryOperator function) {
        for (int ordinal = 0; ordinal < size(); ordinal++) {
            values[ordinal] = (float) function.applyAsDouble(values[ordinal]);
        }
    }
}
