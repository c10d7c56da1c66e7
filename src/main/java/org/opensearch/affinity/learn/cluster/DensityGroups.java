package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.VectorUtil;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Groups of vectors that lie close together (DBSCAN: Ester, Kriegel, Sander and Xu, "A density-based algorithm for discovering clusters",
 * KDD'96). A vector with enough neighbours within a distance is the core of a group, and so are those of its neighbours that have enough, too;
 * neighbours of a core belong to the group, and whatever else there is belongs to none. The distance is chosen from distances to the last of
 * the neighbours that a core needs: that with the largest silhouette, times the part of the vectors that belongs to a group.
 */
final class DensityGroups {
    private static final double[] QUANTILES = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };
    /** Of a vector that belongs to no group. */
    static final int NONE = -1;

    private final float[][] vectors;
    private final int neighbours;

    private DensityGroups(float[][] vectors, int neighbours) {
        this.vectors = vectors;
        this.neighbours = neighbours;
    }

    /**
     * Returns the group of each vector, from 0, or {@link #NONE}. Takes time in the proportion of the square of their number.
     *
     * @param vectors    of length 1
     * @param neighbours how many others a core needs, at least 1
     */
    static int[] of(float[][] vectors, int neighbours) {
        int[] best = new int[vectors.length];
        Arrays.fill(best, NONE);
        if (vectors.length <= neighbours) {
            return best;
        }
        DensityGroups groups = new DensityGroups(vectors, neighbours);
        float[] reach = groups.cosinesOfLastNeighbours();
        Arrays.sort(reach);
        double largest = 0;
        for (double quantile : QUANTILES) {
            int[] found = groups.within(reach[(int) ((1 - quantile) * (reach.length - 1))]);
            double grouped = Arrays.stream(found).filter(group -> group >= 0).count() / (double) found.length;
            double fit = grouped * Silhouette.of(vectors, found);
            if (fit > largest) {
                best = found;
                largest = fit;
            }
        }
        return best;
    }

    private float[] cosinesOfLastNeighbours() {
        float[] last = new float[vectors.length];
        float[] cosines = new float[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            for (int other = 0; other < vectors.length; other++) {
                cosines[other] = other == i ? Float.NEGATIVE_INFINITY : VectorUtil.dotProduct(vectors[i], vectors[other]);
            }
            Arrays.sort(cosines);
            last[i] = cosines[cosines.length - neighbours];
        }
        return last;
    }

    private int[] within(float cosine) {
        int[] groups = new int[vectors.length];
        Arrays.fill(groups, NONE);
        int found = 0;
        ArrayDeque<Integer> cores = new ArrayDeque<>();
        for (int start = 0; start < vectors.length; start++) {
            if (groups[start] == NONE && neighbours(start, cosine).length >= neighbours) {
                groups[start] = found;
                cores.add(start);
                while (cores.isEmpty() == false) {
                    for (int other : neighbours(cores.poll(), cosine)) {
                        if (groups[other] == NONE) {
                            groups[other] = found;
                            if (neighbours(other, cosine).length >= neighbours) {
                                cores.add(other);
                            }
                        }
                    }
                }
                found++;
            }
        }
        return groups;
    }

    private int[] neighbours(int of, float cosine) {
        int[] found = new int[vectors.length];
        int size = 0;
        for (int other = 0; other < vectors.length; other++) {
            if (other != of && VectorUtil.dotProduct(vectors[of], vectors[other]) >= cosine) {
                found[size++] = other;
            }
        }
        return Arrays.copyOf(found, size);
    }
}
