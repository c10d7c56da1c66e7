package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Spherical k-means: groups unit vectors by the largest cosine with a centre, which is the direction of the weighted sum of its group
 * (Dhillon and Modha, "Concept decompositions for large sparse text data using clustering", 2001). The first centres are drawn as by k-means++
 * (Arthur and Vassilvitskii, SODA'07). The best of several starts is taken.
 */
public final class SphericalKMeans {
    private static final int STARTS = 4;
    private static final int ITERATIONS = 30;

    private final float[][] vectors;
    private final double[] weights;
    private final int groups;

    /**
     * @param vectors of length 1, at least one
     * @param weights by vector, at least 0
     */
    private SphericalKMeans(float[][] vectors, double[] weights, int groups) {
        this.vectors = vectors;
        this.weights = weights;
        this.groups = groups;
    }

    /**
     * Returns the centres of groups, of length 1, the heaviest group first. If there are fewer different vectors than groups, some centres are
     * the same.
     *
     * @param vectors of length 1, at least one
     * @param weights by vector, at least 0
     */
    public static float[][] centres(float[][] vectors, double[] weights, int groups, long seed) {
        SphericalKMeans clustering = new SphericalKMeans(vectors, weights, groups);
        SplittableRandom random = new SplittableRandom(seed);
        float[][] best = null;
        double largest = Double.NEGATIVE_INFINITY;
        for (int start = 0; start < STARTS; start++) {
            float[][] centres = clustering.drawn(random);
            double fit = Double.NEGATIVE_INFINITY;
            for (int iteration = 0; iteration < ITERATIONS; iteration++) {
                double before = fit;
                fit = clustering.move(centres);
                if (fit <= before) {
                    break;
                }
            }
            if (fit > largest) {
                best = centres;
                largest = fit;
            }
        }
        return clustering.heaviestFirst(best);
    }

    /** Draws vectors with probabilities in the proportion of their weight times their distance from those before. */
    private float[][] drawn(SplittableRandom random) {
        double[] distances = new double[vectors.length];
        Arrays.fill(distances, 1);
        float[][] drawn = new float[groups][];
        for (int group = 0; group < groups; group++) {
            double sum = 0;
            for (int i = 0; i < vectors.length; i++) {
                sum += weights[i] * distances[i];
            }
            double left = random.nextDouble() * sum;
            int chosen = 0;
            while (chosen < vectors.length - 1 && (left -= weights[chosen] * distances[chosen]) > 0) {
                chosen++;
            }
            drawn[group] = vectors[chosen].clone();
            for (int i = 0; i < vectors.length; i++) {
                distances[i] = Math.min(distances[i], Math.max(0, 1 - VectorUtil.dotProduct(vectors[i], drawn[group])));
            }
        }
        return drawn;
    }

    /** Moves the centres to their groups, and returns the weighted sum of the cosines with the centres before. */
    private double move(float[][] centres) {
        float[][] sums = new float[groups][centres[0].length];
        double fit = 0;
        for (int i = 0; i < vectors.length; i++) {
            int nearest = nearest(centres, vectors[i]);
            fit += weights[i] * VectorUtil.dotProduct(vectors[i], centres[nearest]);
            RowMatrix.add((float) weights[i], vectors[i], sums[nearest]);
        }
        for (int group = 0; group < groups; group++) {
            double length = Math.sqrt(VectorUtil.dotProduct(sums[group], sums[group]));
            for (int d = 0; length > 0 && d < sums[group].length; d++) {
                centres[group][d] = (float) (sums[group][d] / length);
            }
        }
        return fit;
    }

    private float[][] heaviestFirst(float[][] centres) {
        double[] sizes = new double[groups];
        for (int i = 0; i < vectors.length; i++) {
            sizes[nearest(centres, vectors[i])] += weights[i];
        }
        Integer[] order = new Integer[groups];
        Arrays.setAll(order, group -> group);
        Arrays.sort(order, (a, b) -> Double.compare(sizes[b], sizes[a]));
        return Arrays.stream(order).map(group -> centres[group]).toArray(float[][]::new);
    }

    /** Returns the centre with the largest cosine, the first of equal ones. */
    public static int nearest(float[][] centres, float[] vector) {
        int nearest = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int group = 0; group < centres.length; group++) {
            float cosine = VectorUtil.dotProduct(centres[group], vector);
            if (cosine > largest) {
                nearest = group;
                largest = cosine;
            }
        }
        return nearest;
    }
}
