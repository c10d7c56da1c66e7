package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;

import java.util.Arrays;

/**
 * The encoder of segments. A row begins with the direction of the item's taste, of length {@value #LENGTH}; then it has the logarithm of the
 * item's popularity among everyone and in each segment. A user's vector has 0 for the taste, and the probability of the deepest segment that
 * the user belongs to: what of a segment's probability none of its children has. Neither order nor weights of items count. Immutable and
 * thread-safe.
 *
 * @param tree  of unit vectors of taste
 * @param taste dimension of the taste, at least 1
 * @param items number of items of the catalogue that it was learned from
 * @param users how many users there were when it was learned, then how many in each segment, in the order of the tree
 */
public record SegmentLayers(SegmentTree tree, int taste, int items, int[] users) implements NetworkEncoder.Layers {
    /** Of the taste in a row: as large as logarithms of popularities, since a row in a model has bytes of one scale. */
    static final float LENGTH = 4;

    /** @throws IllegalArgumentException if {@code users} has another length than the tree */
    public SegmentLayers {
        if (users.length != 1 + tree.groups().size()) {
            throw new IllegalArgumentException("[" + tree.groups().size() + "] segments, got [" + users.length + "] numbers of users");
        }
    }

    @Override
    public int dimension() {
        return dimension(taste, tree.groups().size());
    }

    static int dimension(int taste, int segments) {
        return taste + 1 + segments;
    }

    @Override
    public float[] vector(float[][] rows, WeightedHistory history) {
        float[] vector = new float[dimension()];
        float[] probabilities = probabilities(rows);
        vector[taste] = 1;
        for (int number = 0; number < probabilities.length; number++) {
            int parent = tree.groups().get(number).parent();
            vector[taste + 1 + parent] -= probabilities[number];
            vector[taste + 1 + number] += probabilities[number];
        }
        return vector;
    }

    /** Returns the vector of a user of whom only the segment is known. */
    public float[] vectorOf(int segment) {
        float[] vector = new float[dimension()];
        vector[taste + 1 + segment] = 1;
        return vector;
    }

    /**
     * Returns the probabilities of all segments for whom has a history; 0 for one of which nothing is known.
     *
     * @param rows of the history's items, as in a model
     */
    public float[] probabilities(float[][] rows) {
        float[] direction = direction(rows, taste);
        return direction == null ? new float[tree.groups().size()] : tree.probabilities(direction);
    }

    /**
     * Returns the popularity of an item in a segment: its part of what the users took, at least 0.
     *
     * @param row     of the item; one of bytes gives it to some percent
     * @param segment by place in the tree; {@link SegmentTree#EVERYONE} for everyone
     */
    public double popularity(float[] row, int segment) {
        return Math.max(0, Math.expm1(row[taste + 1 + segment]) / items);
    }

    /** Whether an item is more popular in a segment than one level above. */
    public boolean isMorePopular(float[] row, int segment) {
        return row[taste + 1 + segment] > row[taste + 1 + tree.groups().get(segment).parent()];
    }

    /** Returns the direction of the sum of the first numbers of rows; null if it is 0. */
    static float[] direction(float[][] rows, int taste) {
        float[] sum = new float[taste];
        for (float[] row : rows) {
            RowMatrix.add(1, row, sum);
        }
        return unit(sum);
    }

    /** Returns a vector at length 1, in place; null for a vector of zeros. */
    static float[] unit(float[] vector) {
        return VectorUtil.dotProduct(vector, vector) > 0 ? VectorUtil.l2normalize(vector, false) : null;
    }

    @Override
    public long ramBytesUsed() {
        long ofGroup = RamUsageEstimator.sizeOf(new float[taste]) + 2L * RamUsageEstimator.NUM_BYTES_OBJECT_HEADER + 4L * Integer.BYTES;
        return users.length * (ofGroup + Integer.BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SegmentLayers layers
            && tree.equals(layers.tree)
            && taste == layers.taste
            && items == layers.items
            && Arrays.equals(users, layers.users);
    }

    @Override
    public int hashCode() {
        return tree.hashCode() + Arrays.hashCode(users);
    }
}
