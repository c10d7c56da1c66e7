package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.VectorUtil;

import java.util.Arrays;
import java.util.List;

/**
 * Nested groups of vectors: each group lies within one of the level above, the first level within everyone. A vector belongs to the groups of
 * one parent with probabilities, a softmax of cosines with their centres, and so to each group with the product of those above it. Groups that
 * were found by density have a radius: a vector outside of all of them belongs to none. Immutable and thread-safe.
 *
 * @param groups      numbered by place, parents before children, children of one parent in sequence
 * @param temperature of the softmax, above 0
 */
public record SegmentTree(List<Group> groups, double temperature) {
    /** Parent of the groups of the first level. */
    public static final int EVERYONE = -1;

    /**
     * A group.
     *
     * @param parent number of the group that it lies in, or {@link #EVERYONE}
     * @param level  1 for a group within everyone
     * @param centre of length 1
     * @param least  least cosine of a vector that belongs to it; -1 for any
     */
    public record Group(int parent, int level, float[] centre, float least) {}

    /** @throws IllegalArgumentException if a group stands before its parent, or apart from its siblings */
    public SegmentTree {
        groups = List.copyOf(groups);
        for (int number = 0; number < groups.size(); number++) {
            int parent = groups.get(number).parent;
            int before = number == 0 ? EVERYONE : groups.get(number - 1).parent;
            if (parent >= number || parent < before) {
                throw new IllegalArgumentException(
                    "group [" + number + "] stands before its parent [" + parent + "], or apart from its siblings"
                );
            }
        }
    }

    /** Returns the same tree with another temperature. */
    public SegmentTree withTemperature(double other) {
        return new SegmentTree(groups, other);
    }

    /** Returns the number of levels. */
    public int levels() {
        return groups.isEmpty() ? 0 : groups.getLast().level;
    }

    /**
     * Returns the probabilities of all groups. Those of one parent's children add up to the parent's, or to 0.
     *
     * @param vector of length 1
     */
    public float[] probabilities(float[] vector) {
        float[] probabilities = new float[groups.size()];
        int first = 0;
        while (first < probabilities.length) {
            int end = endOfSiblings(first);
            int parent = groups.get(first).parent;
            float ofParent = parent == EVERYONE ? 1 : probabilities[parent];
            if (ofParent > 0) {
                share(ofParent, vector, first, end, probabilities);
            }
            first = end;
        }
        return probabilities;
    }

    private void share(float ofParent, float[] vector, int first, int end, float[] probabilities) {
        double[] cosines = new double[end - first];
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < cosines.length; i++) {
            float cosine = VectorUtil.dotProduct(vector, groups.get(first + i).centre);
            cosines[i] = cosine < groups.get(first + i).least ? Double.NEGATIVE_INFINITY : cosine;
            largest = Math.max(largest, cosines[i]);
        }
        if (largest == Double.NEGATIVE_INFINITY) {
            return;
        }
        double sum = 0;
        for (double cosine : cosines) {
            sum += Math.exp((cosine - largest) / temperature);
        }
        for (int i = 0; i < cosines.length; i++) {
            probabilities[first + i] = (float) (ofParent * Math.exp((cosines[i] - largest) / temperature) / sum);
        }
    }

    /**
     * Returns the nearest group on each level, from the first to the deepest that the vector belongs to.
     *
     * @param vector of length 1
     */
    public int[] path(float[] vector) {
        int[] path = new int[levels()];
        int length = 0;
        int parent = EVERYONE;
        int nearest = 0;
        for (int first = 0; first < groups.size() && nearest != EVERYONE; first = endOfSiblings(first)) {
            if (groups.get(first).parent == parent) {
                nearest = nearest(vector, first, endOfSiblings(first));
                if (nearest != EVERYONE) {
                    path[length++] = nearest;
                    parent = nearest;
                }
            }
        }
        return Arrays.copyOf(path, length);
    }

    private int nearest(float[] vector, int first, int end) {
        int nearest = EVERYONE;
        float largest = Float.NEGATIVE_INFINITY;
        for (int number = first; number < end; number++) {
            float cosine = VectorUtil.dotProduct(vector, groups.get(number).centre);
            if (cosine > largest && cosine >= groups.get(number).least) {
                nearest = number;
                largest = cosine;
            }
        }
        return nearest;
    }

    /** Returns the number after the last child of the same parent. */
    private int endOfSiblings(int number) {
        int end = number;
        while (end < groups.size() && groups.get(end).parent == groups.get(number).parent) {
            end++;
        }
        return end;
    }
}
