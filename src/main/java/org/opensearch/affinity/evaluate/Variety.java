package org.opensearch.affinity.evaluate;

import org.apache.lucene.util.VectorUtil;

import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Metrics of a list that do not depend on relevance: diversity and novelty. Pure functions. */
public final class Variety {
    private Variety() {}

    /**
     * Returns the intra-list diversity: the mean of 1 - cosine over all pairs (Smyth and McClave, ICCBR 2001; Ziegler et al., WWW
     * 2005). It is from 0 to 2, and {@code NaN} for fewer than two vectors.
     *
     * @param vectors of the list's items in any order, of any length above 0
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
     * Returns the novelty in bits: the mean self-information -log2 p of the shown items (Zhou et al., PNAS 2010; popularity-based
     * novelty of Vargas and Castells, RecSys 2011). It is {@code NaN} for an empty list.
     *
     * @param probability of an item, above 0, at most 1
     */
    public static <T> double novelty(Collection<T> shown, ToDoubleFunction<T> probability) {
        double bits = 0;
        for (T item : shown) {
            bits -= Math.log(probability.applyAsDouble(item)) / Math.log(2);
        }
        return shown.isEmpty() ? Double.NaN : Math.max(0, bits / shown.size());
    }
}
