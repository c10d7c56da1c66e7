package org.opensearch.affinity.train;

import java.util.Arrays;

/**
 * One search that somebody made, and what he chose: the values by which its hits may be ranked.
 *
 * @param values by hit, then by what is weighed
 * @param chosen hits that were wanted, ascending, at least one
 */
record TrainingExample(float[][] values, int[] chosen) {
    boolean isChosen(int hit) {
        return Arrays.binarySearch(chosen, hit) >= 0;
    }

    /** The same with some of the values. */
    TrainingExample of(int[] places) {
        float[][] some = new float[values.length][places.length];
        for (int hit = 0; hit < some.length; hit++) {
            for (int i = 0; i < places.length; i++) {
                some[hit][i] = values[hit][places[i]];
            }
        }
        return new TrainingExample(some, chosen);
    }

    /** NDCG@10 (Järvelin and Kekäläinen, TOIS 2002) of the hits ranked by a weighted sum; of equal ones, those that came first. */
    double ndcg(double[] weights) {
        double[] scores = new double[values.length];
        for (int hit = 0; hit < scores.length; hit++) {
            scores[hit] = score(hit, weights);
        }
        double gain = 0;
        double ideal = 0;
        for (int i = 0; i < chosen.length; i++) {
            int rank = 0;
            for (int hit = 0; hit < scores.length; hit++) {
                double more = scores[hit] - scores[chosen[i]];
                rank += more > 0 || more == 0 && hit < chosen[i] ? 1 : 0;
            }
            gain += rank < 10 ? discount(rank) : 0;
            ideal += i < 10 ? discount(i) : 0;
        }
        return gain / ideal;
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(rank + 2);
    }

    double score(int hit, double[] weights) {
        double score = 0;
        for (int i = 0; i < weights.length; i++) {
            score += weights[i] * values[hit][i];
        }
        return score;
    }
}
