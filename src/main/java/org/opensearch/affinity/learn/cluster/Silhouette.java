package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.VectorUtil;

/**
 * How well groups are separated (Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", 1987):
 * the mean over vectors of {@code (b - a) / max(a, b)}, where a is the mean distance from the others of the vector's group and b the least
 * mean distance from another group. Distances are 1 less the cosine.
 */
final class Silhouette {
    private Silhouette() {}

    /**
     * Returns the mean silhouette, from -1 to 1; 0 with fewer than two groups. A vector that is alone in its group has 0.
     *
     * @param vectors of length 1
     * @param groups  by vector, from 0; -1 for a vector that belongs to none, which does not count
     */
    static double of(float[][] vectors, int[] groups) {
        int count = 0;
        for (int group : groups) {
            count = Math.max(count, group + 1);
        }
        int[] sizes = new int[count];
        int grouped = 0;
        for (int group : groups) {
            if (group >= 0) {
                sizes[group]++;
                grouped++;
            }
        }
        double sum = 0;
        for (int i = 0; i < vectors.length; i++) {
            if (groups[i] >= 0 && sizes[groups[i]] > 1) {
                sum += of(i, vectors, groups, sizes);
            }
        }
        return grouped == 0 ? 0 : sum / grouped;
    }

    private static double of(int vector, float[][] vectors, int[] groups, int[] sizes) {
        double[] distances = new double[sizes.length];
        for (int i = 0; i < vectors.length; i++) {
            if (groups[i] >= 0) {
                distances[groups[i]] += Math.max(0, 1 - VectorUtil.dotProduct(vectors[vector], vectors[i]));
            }
        }
        int own = groups[vector];
        double nearest = Double.POSITIVE_INFINITY;
        for (int group = 0; group < sizes.length; group++) {
            if (group != own && sizes[group] > 0) {
                nearest = Math.min(nearest, distances[group] / sizes[group]);
            }
        }
        double within = distances[own] / (sizes[own] - 1);
        double larger = Math.max(within, nearest);
        return Double.isInfinite(nearest) || larger == 0 ? 0 : (nearest - within) / larger;
    }
}
