package org.opensearch.affinity.learn;

import java.util.Arrays;

/**
 * How good a model's lists were, by asked user. Ranks r count from 1, an item is wanted or not, w items are wanted.
 *
 * @param hit10    1 when a wanted item is among the first ten, else 0
 * @param ndcg10   {@code Σ 1 / log2(1 + r)} over wanted items among the first ten, divided by what an ideal list has, whose first
 *                 min(w, 10) items are wanted (Järvelin and Kekäläinen 2002)
 * @param recall20 which part of the w wanted items is among the first twenty
 * @param ndcg20   as with ten
 */
public record RankingMetrics(double[] hit10, double[] ndcg10, double[] recall20, double[] ndcg20) {
    /** How deep lists are looked at. */
    static final int DEPTH = 20;

    static RankingMetrics over(int users) {
        return new RankingMetrics(new double[users], new double[users], new double[users], new double[users]);
    }

    /** What a figure is on average, 0 over nobody. */
    public static double mean(double[] figure) {
        return Arrays.stream(figure).average().orElse(0);
    }

    /** The list of one user, best first. */
    void put(int index, int[] ranked, int[] wanted) {
        double found = 0;
        double gain10 = 0;
        double gain20 = 0;
        for (int rank = 1; rank <= Math.min(DEPTH, ranked.length); rank++) {
            int item = ranked[rank - 1];
            if (Arrays.stream(wanted).anyMatch(one -> one == item)) {
                found++;
                gain10 += rank <= 10 ? discount(rank) : 0;
                gain20 += discount(rank);
            }
        }
        hit10[index] = gain10 > 0 ? 1 : 0;
        ndcg10[index] = gain10 / ideal(Math.min(10, wanted.length));
        recall20[index] = found / wanted.length;
        ndcg20[index] = gain20 / ideal(Math.min(DEPTH, wanted.length));
    }

    private static double ideal(int first) {
        double gain = 0;
        for (int rank = 1; rank <= first; rank++) {
            gain += discount(rank);
        }
        return gain;
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(1.0 + rank);
    }
}
