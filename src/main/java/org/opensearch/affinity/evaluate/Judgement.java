package org.opensearch.affinity.evaluate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Metrics of one ranked list for one query. Ranks count from 1. An item is relevant if it has a gain; if all gains are 1, relevance
 * is binary. All metrics are from 0 to 1, and 0 for a list without relevant items.
 */
public final class Judgement {
    private final double[] gains;
    private final double[] ideal;

    private Judgement(double[] gains, double[] ideal) {
        this.gains = gains;
        this.ideal = ideal;
    }

    /**
     * Returns the metrics of a list.
     *
     * @param ranked   item ids in the order of their ranks; a repeated id counts as not relevant
     * @param relevant gains by item id, above 0
     */
    public static Judgement of(List<String> ranked, Map<String, Double> relevant) {
        double[] gains = new double[ranked.size()];
        Map<String, Double> remaining = new HashMap<>(relevant);
        for (int i = 0; i < gains.length; i++) {
            Double gain = remaining.remove(ranked.get(i));
            gains[i] = gain == null ? 0 : gain;
        }
        double[] ascending = relevant.values().stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double[] ideal = new double[ascending.length];
        Arrays.setAll(ideal, i -> ascending[ascending.length - 1 - i]);
        return new Judgement(gains, ideal);
    }

    /** Returns 1 / rank of the first relevant item (Voorhees, TREC-8, 1999); the mean over queries is MRR. */
    public double reciprocalRank() {
        for (int i = 0; i < gains.length; i++) {
            if (gains[i] > 0) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }

    /**
     * Returns NDCG@k: the DCG of the first k, which is the sum of gain / log2(1 + rank), divided by the DCG of an ideal list
     * (Järvelin and Kekäläinen, TOIS 2002, with the discount of Burges et al., ICML 2005). The ideal list has the k largest gains,
     * so that 1 can be reached if there are more relevant items than k.
     */
    public double ndcg(int k) {
        double best = discounted(ideal, k);
        return best == 0 ? 0 : discounted(gains, k) / best;
    }

    private static double discounted(double[] gains, int k) {
        double sum = 0;
        for (int i = 0; i < Math.min(k, gains.length); i++) {
            sum += gains[i] * Math.log(2) / Math.log(i + 2);
        }
        return sum;
    }

    /** Returns 1 if a relevant item is among the first k, else 0 (hit rate; Deshpande and Karypis, TOIS 2004). */
    public double hit(int k) {
        return found(k) > 0 ? 1 : 0;
    }

    /** Returns the number of relevant items among the first k, divided by k, also for a list that is shorter than k. */
    public double precision(int k) {
        return (double) found(k) / k;
    }

    /** Returns the fraction of the relevant items that is among the first k. */
    public double recall(int k) {
        return ideal.length == 0 ? 0 : (double) found(k) / ideal.length;
    }

    /** Returns the harmonic mean of precision and recall (van Rijsbergen 1979). */
    public double f1(int k) {
        double precision = precision(k);
        double recall = recall(k);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /**
     * Returns average precision at k: the sum of the precision at the rank of each relevant item among the first k, divided by
     * min(k, relevant), so that 1 can be reached (Manning et al., Introduction to Information Retrieval, 8.4, cut at k). The mean
     * over queries is MAP@k.
     */
    public double averagePrecision(int k) {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < Math.min(k, gains.length); i++) {
            if (gains[i] > 0) {
                found++;
                sum += (double) found / (i + 1);
            }
        }
        return found == 0 ? 0 : sum / Math.min(k, ideal.length);
    }

    private int found(int k) {
        int found = 0;
        for (int i = 0; i < Math.min(k, gains.length); i++) {
            found += gains[i] > 0 ? 1 : 0;
        }
        return found;
    }
}
