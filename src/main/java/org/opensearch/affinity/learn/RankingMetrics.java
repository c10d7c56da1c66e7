package org.opensearch.affinity.learn;

import java.util.Arrays;

/**
 * Metrics of ranked lists, one number per user. Ranks r count from 1; relevance is binary; n is the number of the user's relevant
 * items.
 *
 * @param hit10    1 if a relevant item is among the first ten, else 0
 * @param ndcg10   {@code Σ 1 / log2(1 + r)} over relevant items among the first ten, divided by the same sum for an ideal list, whose
 *                 first min(n, 10) items are relevant (Järvelin and Kekäläinen, TOIS 2002)
 * @param recall20 the fraction of the n relevant items that is among the first twenty
 * @param ndcg20   as {@code ndcg10}, for the first twenty
 */
public record RankingMetrics(double[] hit10, double[] ndcg10, double[] recall20, double[] ndcg20) {
    /** The length of the ranked lists. */
    static final int DEPTH = 20;

    /** Returns metrics for a number of users, all 0. */
    static RankingMetrics ofUsers(int users) {
        return new RankingMetrics(new double[users], new double[users], new double[users], new double[users]);
    }

    /** Returns the mean of a metric over users, 0 without users. */
    public static double mean(double[] metric) {
        return Arrays.stream(metric).average().orElse(0);
    }

    /** Sets the metrics of one user's list, which is in descending order of score. */
    void set(int index, int[] ranked, int[] relevant) {
        double found = 0;
        double gain10 = 0;
        double gain20 = 0;
        for (int rank = 1; rank <= Math.min(DEPTH, ranked.length); rank++) {
            int item = ranked[rank - 1];
            if (Arrays.stream(relevant).anyMatch(one -> one == item)) {
                found++;
                gain10 += rank <= 10 ? discount(rank) : 0;
                gain20 += discount(rank);
            }
        }
        hit10[index] = gain10 > 0 ? 1 : 0;
        ndcg10[index] = gain10 / idealGain(Math.min(10, relevant.length));
        recall20[index] = found / relevant.length;
        ndcg20[index] = gain20 / idealGain(Math.min(DEPTH, relevant.length));
    }

    private static double idealGain(int relevantItems) {
        double gain = 0;
        for (int rank = 1; rank <= relevantItems; rank++) {
            gain += discount(rank);
        }
        return gain;
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(1.0 + rank);
    }
}
