package org.opensearch.affinity.train.fusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The hits of one search and the ones that the user chose.
 *
 * @param values by hit, the values that it may be ranked by
 * @param chosen indices of the chosen hits, ascending, at least one
 */
public record TrainingExample(float[][] values, int[] chosen) {
    private static final int NDCG_DEPTH = 10;

    public boolean isChosen(int hit) {
        return Arrays.binarySearch(chosen, hit) >= 0;
    }

    /** Returns the same example with some of the values. */
    public TrainingExample select(int[] indices) {
        float[][] selected = new float[values.length][indices.length];
        for (int hit = 0; hit < selected.length; hit++) {
            for (int i = 0; i < indices.length; i++) {
                selected[hit][i] = values[hit][indices[i]];
            }
        }
        return new TrainingExample(selected, chosen);
    }

    /** Returns the same example, in which one value is 0 for every hit. */
    public TrainingExample without(int index) {
        float[][] others = new float[values.length][];
        for (int hit = 0; hit < others.length; hit++) {
            others[hit] = values[hit].clone();
            others[hit][index] = 0;
        }
        return new TrainingExample(others, chosen);
    }

    /**
     * Returns an example with all chosen hits and a uniform sample of the others, in the same order (Knuth, algorithm 3.4.2 S).
     *
     * @param maxNegatives the most hits that were not chosen
     */
    public TrainingExample sample(int maxNegatives, Random random) {
        int negatives = values.length - chosen.length;
        if (negatives <= maxNegatives) {
            return this;
        }
        List<float[]> sampled = new ArrayList<>();
        List<Integer> sampledChosen = new ArrayList<>();
        int wanted = maxNegatives;
        for (int hit = 0; hit < values.length; hit++) {
            if (isChosen(hit)) {
                sampledChosen.add(sampled.size());
                sampled.add(values[hit]);
            } else if (random.nextInt(negatives--) < wanted) {
                wanted--;
                sampled.add(values[hit]);
            }
        }
        return new TrainingExample(sampled.toArray(float[][]::new), sampledChosen.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Returns the NDCG@10 (Järvelin and Kekäläinen, TOIS 2002) of the hits ranked by the weighted sum of their values. Hits with equal
     * scores keep their order.
     */
    public double ndcg(double[] weights) {
        double[] scores = new double[values.length];
        for (int hit = 0; hit < scores.length; hit++) {
            scores[hit] = score(hit, weights);
        }
        double gain = 0;
        double ideal = 0;
        for (int i = 0; i < chosen.length; i++) {
            int rank = 0;
            for (int hit = 0; hit < scores.length; hit++) {
                double difference = scores[hit] - scores[chosen[i]];
                rank += difference > 0 || difference == 0 && hit < chosen[i] ? 1 : 0;
            }
            gain += rank < NDCG_DEPTH ? discount(rank) : 0;
            ideal += i < NDCG_DEPTH ? discount(i) : 0;
        }
        return gain / ideal;
    }

    /** @param rank from 0 */
    private static double discount(int rank) {
        return Math.log(2) / Math.log(rank + 2);
    }

    /** Returns the weighted sum of a hit's values. */
    public double score(int hit, double[] weights) {
        double score = 0;
        for (int i = 0; i < weights.length; i++) {
            score += weights[i] * values[hit][i];
        }
        return score;
    }
}
