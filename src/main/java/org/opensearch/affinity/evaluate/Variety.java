package org.opensearch.affinity.evaluate;

import org.apache.lucene.util.VectorUtil;

import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a list is beside being right: how different its items are, and how little known. Pure functions. */
public final class Variety {
    private Variety() {}

    /**
     * Intra-list diversity: the mean of 1 - cosine over all pairs (Smyth and McClave, ICCBR 2001; Ziegler et al., WWW 2005).
     *
     * @param vectors of the list's items, of any length above 0; their order does not matter
     * @return from 0, all alike, to 2; {@code NaN} for fewer than two vectors, which have no pair
     */
    public static double diversity(List<float[]> vectors) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < vectors.size(); i++) {
            for (int j = 0; j < i; j++) {
                sum += 1 - cosine(vectors.get(i), vectors.get(j));
                pairs++;
            }
        }
        return pairs == 0 ? Double.NaN : sum / pairs;
    }

    private static double cosine(float[] a, float[] b) {
        double lengths = Math.sqrt((double) VectorUtil.dotProduct(a, a) * VectorUtil.dotProduct(b, b));
        return Math.clamp(VectorUtil.dotProduct(a, b) / lengths, -1, 1);
    }

    /**
     * Novelty: the mean self-information -log2 p of the items that are shown (Zhou et al., PNAS 2010; popularity-based novelty of
     * Vargas and Castells, RecSys 2011). In bits.
     *
     * @param probability of an item, in (0, 1]
     * @return {@code NaN} for an empty list
     */
    public static <T> double novelty(Collection<T> shown, ToDoubleFunction<T> probability) {
        double bits = 0;
        for (T item : shown) {
            bits -= Math.log(probability.applyAsDouble(item)) / Math.log(2);
        }
        return shown.isEmpty() ? Double.NaN : Math.max(0, bits / shown.size());
    }
}
