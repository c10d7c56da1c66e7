package org.opensearch.affinity.learn;

import org.apache.lucene.util.LongHeap;
import org.apache.lucene.util.NumericUtils;

/** The k items with the largest scores; of items with equal scores, those with the smaller ordinals. Not thread-safe. */
public final class TopK {
    private final LongHeap heap;

    /** @param k at least 1 */
    public TopK(int k) {
        heap = new LongHeap(k);
    }

    public void offer(int item, float score) {
        heap.insertWithOverflow((long) NumericUtils.floatToSortableInt(score) << 32 | Integer.MAX_VALUE - item);
    }

    public int size() {
        return heap.size();
    }

    /** Removes all items and writes them in descending order of score. Both arrays have at least {@link #size} elements. */
    public void drain(int[] items, float[] scores) {
        for (int i = heap.size() - 1; i >= 0; i--) {
            long worst = heap.pop();
            items[i] = Integer.MAX_VALUE - (int) worst;
            scores[i] = NumericUtils.sortableIntToFloat((int) (worst >> 32));
        }
    }
}
