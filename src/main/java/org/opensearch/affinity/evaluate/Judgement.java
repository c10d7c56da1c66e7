package org.opensearch.affinity.evaluate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How good one ranked list is for one query. Ranks count from 1. An item is relevant when it has a gain; where all gains are 1,
 * this is the binary case. All figures are from 0 to 1; a list that holds nothing relevant has 0 in all of them.
 */
public final class Judgement {
    private final double[] gains;
    private final double[] ideal;

    private Judgement(double[] gains, double[] ideal) {
        this.gains = gains;
        this.ideal = ideal;
    }

    /**
     * Judges a list.
     *
     * @param ranked   item ids, best first; an id that comes again says nothing new and counts as not relevant
     * @param relevant gains by item id, above 0
     */
    public static Judgement of(List<String> ranked, Map<String, Double> relevant) {
        double[] gains = new double[ranked.size()];
        Map<String, Double> left = new HashMap<>(relevant);
        for (int i = 0; i < gains.length; i++) {
            Double gain = left.remove(ranked.get(i));
            gains[i] = gain == null ? 0 : gain;
        }
        double[] ascending = relevant.values().stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double[] ideal = new double[ascending.length];
        Arrays.setAll(ideal, i -> ascending[ascending.length - 1 - i]);
        return new Judgement(gains, ideal);
    }

    /** 1 / rank of the first relevant item (Voorhees, TREC-8, 1999); its mean over queries is MRR. */
    public double reciprocalRank() {
        for (int i = 0; i < gains.length; i++) {
            if (gains[i] > 0) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }

    /**
     * DCG of the first k, the sum of gain / log2(1 + rank), divided by that of an ideal list (Järvelin and Kekäläinen, TOIS 2002,
     * with the discount of Burges et al., ICML 2005). The ideal list holds the min(k, relevant) best gains, so this is 1 when the
     * best items stand first, also when there are more of them than k.
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

    /** 1 when a relevant item is among the first k, else 0 (hit rate; Deshpande and Karypis, TOIS 2004). */
    public double hit(int k) {
        return found(k) > 0 ? 1 : 0;
    }

    /** Which part of k places holds relevant items; a list that is shorter than k has empty places. */
    public double precision(int k) {
        return (double) found(k) / k;
    }

    /** Which part of the relevant items is among the first k. */
    public double recall(int k) {
        return ideal.length == 0 ? 0 : (double) found(k) / ideal.length;
    }

    /** Harmonic mean of precision and recall (van Rijsbergen 1979). */
    public double f1(int k) {
        double precision = precision(k);
        double recall = recall(k);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /**
     * Precision at the rank of each relevant item among the first k, summed and divided by min(k, relevant), so that 1 can be
     * reached (average precision, Manning et al., Introduction to Information Retrieval, 8.4, cut at k); its mean over queries is MAP@k.
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
