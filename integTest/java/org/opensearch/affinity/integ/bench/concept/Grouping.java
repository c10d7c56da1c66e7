package org.opensearch.affinity.integ.bench.concept;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.cluster.SphericalKMeans;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Kinds of interests of a model: the shares of items in groups, and what users like of each group.
 *
 * @param shares by item, by group; null for an item without events
 * @param users  makes, of a history, a vector for each group
 */
record Grouping(float[][] shares, Function<WeightedHistory, float[][]> users) {
    /** The concepts of a model that has them: rows end with shares and the bias. */
    static Grouping ofConcepts(Factors model, int groups, InteractionMatrix log) {
        int first = model.dimension() - 1 - groups;
        return of(model, log, groups, first / groups, row -> Arrays.copyOfRange(row, first, first + groups));
    }

    /** Equal parts of the vectors of a model that knows no groups; items belong to them by the lengths of their parts. */
    static Grouping ofParts(Factors model, int groups, InteractionMatrix log) {
        int width = model.dimension() / groups;
        return of(model, log, groups, width, row -> {
            float[] lengths = new float[groups];
            float sum = 0;
            for (int group = 0; group < groups; group++) {
                float[] part = Arrays.copyOfRange(row, group * width, (group + 1) * width);
                lengths[group] = (float) Math.sqrt(VectorUtil.dotProduct(part, part));
                sum += lengths[group];
            }
            for (int group = 0; group < groups; group++) {
                lengths[group] = sum > 0 ? lengths[group] / sum : 1f / groups;
            }
            return lengths;
        });
    }

    private static Grouping of(Factors model, InteractionMatrix log, int groups, int width, Function<float[], float[]> shares) {
        double[] degrees = log.itemDegrees();
        float[][] ofItems = IntStream.range(0, model.items())
            .mapToObj(item -> degrees[item] > 0 ? shares.apply(model.vector(item)) : null)
            .toArray(float[][]::new);
        return new Grouping(ofItems, history -> {
            float[] vector = model.encoder().vector(history);
            return IntStream.range(0, groups).mapToObj(group -> Arrays.copyOfRange(vector, group * width, (group + 1) * width)).toArray(float[][]::new);
        });
    }

    /** Groups of item vectors by their directions, by spherical k-means; of a group, a user likes the sum of the user's items in it. */
    static Grouping ofClusters(Factors model, int groups, InteractionMatrix log, long seed) {
        double[] degrees = log.itemDegrees();
        float[][] directions = IntStream.range(0, model.items()).mapToObj(item -> direction(model.vector(item))).toArray(float[][]::new);
        int[] known = IntStream.range(0, directions.length).filter(item -> degrees[item] > 0 && directions[item] != null).toArray();
        double[] equal = new double[known.length];
        Arrays.fill(equal, 1);
        float[][] centres = SphericalKMeans.centres(Arrays.stream(known).mapToObj(item -> directions[item]).toArray(float[][]::new), equal, groups, seed);
        float[][] shares = new float[directions.length][];
        for (int item : known) {
            shares[item] = new float[groups];
            shares[item][SphericalKMeans.nearest(centres, directions[item])] = 1;
        }
        return new Grouping(shares, history -> {
            float[][] sums = new float[groups][model.dimension()];
            for (int item : history.items()) {
                for (int group = 0; shares[item] != null && group < groups; group++) {
                    RowMatrix.add(shares[item][group], directions[item], sums[group]);
                }
            }
            return sums;
        });
    }

    private static float[] direction(float[] vector) {
        double length = Math.sqrt(VectorUtil.dotProduct(vector, vector));
        float[] direction = new float[vector.length];
        for (int d = 0; d < vector.length; d++) {
            direction[d] = (float) (vector[d] / length);
        }
        return length > 0 ? direction : null;
    }

    /** The group of each item that it belongs to most; -1 for an item without events. */
    int[] most() {
        return Arrays.stream(shares).mapToInt(one -> one == null ? -1 : IntStream.range(0, one.length).reduce((a, b) -> one[b] > one[a] ? b : a).orElseThrow())
            .toArray();
    }
}
