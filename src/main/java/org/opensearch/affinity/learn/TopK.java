package org.opensearch.affinity.learn;

import org.apache.lucene.util.LongHeap;
import org.apache.lucene.util.NumericUtils;

/** The best few of many scored items; of equal ones those with the smaller ordinals. For one thread. */
public final class TopK {
    private final LongHeap heap;

    /** @param most how many are kept, at least 1 */
    public TopK(int most) {
        heap = new LongHeap(most);
    }

    public void offer(int item, float score) {
        heap.insertWithOverflow((long) NumericUtils.floatToSortableInt(score) << 32 | Integer.MAX_VALUE - item);
    }

    public int size() {
        return heap.size();
    }

    /** Takes out all that are kept, best first. */
    public void drain(int[] items, float[] scores) {
        for (int i = heap.size() - 1; i >= 0; i--) {
            long worst = heap.pop();
            items[i] = Integer.MAX_VALUE - (int) worst;
            scores[i] = NumericUtils.sortableIntToFloat((int) (worst >> 32));
        }
    }
}
