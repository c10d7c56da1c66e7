package org.opensearch.affinity.vector;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The space in which vectors are compared: centred on the mean of all liked items and partially whitened, so that axes along which
 * all items vary count less. With centre {@code μ}, unit axes {@code u} and their shrinkage {@code t}, the cosine of two vectors is
 * the one under the inner product {@code ⟨x, y⟩ = (x - μ)ᵀ (I - Σ t u uᵀ) (y - μ)}. Immutable, thread-safe.
 */
public final class WhitenedSpace implements Writeable {
    private static final Format FORMAT = Format.first(WhitenedSpace.class);

    /** The space of dimension 0, used where no statistics are known. */
    public static final WhitenedSpace NONE = new WhitenedSpace(new float[0], List.of(), new float[0]);
    /** With this many events the statistics get half of their full effect; with few events they would be the taste of a few users. */
    private static final double PRIOR_EVENTS = 1_000;
    /** Added to every variance, as a share of the mean variance of a dimension, so that axes of little variance are not inflated. */
    private static final double VARIANCE_FLOOR = 0.05;
    private static final float MAX_SHRINKAGE = 0.98f;

    private final float[] centre;
    private final List<Direction> directions;
    /** Of each axis, from 0 to {@link #MAX_SHRINKAGE}. */
    private final float[] shrinkages;
    // Derived from the fields above.
    private final float[][] axes;
    private final float[] offsets;
    private final float centreSquared;
    private final int hash;

    private WhitenedSpace(float[] centre, List<Direction> directions, float[] shrinkages) {
        this.centre = centre;
        this.directions = directions;
        this.shrinkages = shrinkages;
        axes = directions.stream().map(Direction::unit).toArray(float[][]::new);
        offsets = new float[axes.length];
        for (int i = 0; i < axes.length; i++) {
            offsets[i] = VectorUtil.dotProduct(axes[i], centre);
        }
        centreSquared = VectorUtil.dotProduct(centre, centre);
        hash = 31 * (31 * Arrays.hashCode(centre) + directions.hashCode()) + Arrays.hashCode(shrinkages);
    }

    /**
     * A space that is centred and not whitened.
     *
     * @param centre of any length, may be empty; kept: callers must not change it afterwards
     */
    public static WhitenedSpace around(float[] centre) {
        return new WhitenedSpace(centre, List.of(), new float[0]);
    }

    public WhitenedSpace(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private WhitenedSpace(Frame in) throws IOException {
        this(in.readFloatArray(), in.readList(Direction::new), in.readFloatArray());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeFloatArray(centre);
            out.writeVInt(directions.size());
            for (Direction direction : directions) {
                direction.writeTo(out);
            }
            out.writeFloatArray(shrinkages);
        }
    }

    /**
     * The space made from the statistics of several log shards. The centre is the mean over all of them, the axes are those of the
     * log shard with the most events. The shrinkage of an axis is {@code 1 - √((r + ε) / (λ + ε))}, with λ the variance along the
     * axis and r the mean variance along all other dimensions: variances count by their square root, halfway to full whitening.
     * Centre and shrinkage are near 0 while there are few events.
     */
    public static WhitenedSpace of(List<TasteStatistics> shards) {
        long events = shards.stream().mapToLong(TasteStatistics::events).sum();
        float[] centre = new float[shards.stream().mapToInt(shard -> shard.mean().length).max().orElse(0)];
        OnlinePca pca = new OnlinePca();
        long mostEvents = 0;
        for (TasteStatistics shard : shards) {
            for (int i = 0; i < shard.mean().length; i++) {
                centre[i] += (float) (shard.mean()[i] * (shard.events() / (events + PRIOR_EVENTS)));
            }
            if (shard.events() > mostEvents) {
                mostEvents = shard.events();
                pca = shard.pca();
            }
        }
        return pca.size() == 0 ? around(centre) : of(centre, pca, events / (events + PRIOR_EVENTS));
    }

    /** @param confidence factor of the shrinkage, from 0 to 1 */
    private static WhitenedSpace of(float[] centre, OnlinePca pca, double confidence) {
        List<float[]> axes = orthonormal(pca);
        double explained = 0;
        for (int i = 0; i < axes.size(); i++) {
            explained += pca.variance(i);
        }
        int otherDimensions = centre.length - axes.size();
        double otherVariance = otherDimensions <= 0 ? 0 : Math.max(0, pca.variance() - explained) / otherDimensions;
        double floor = VARIANCE_FLOOR * pca.variance() / centre.length;
        float[] shrinkages = new float[axes.size()];
        for (int i = 0; i < shrinkages.length; i++) {
            double kept = Math.min(1, Math.sqrt((otherVariance + floor) / (pca.variance(i) + floor)));
            shrinkages[i] = (float) Math.min(MAX_SHRINKAGE, confidence * (1 - kept));
        }
        return new WhitenedSpace(centre, axes.stream().map(Direction::new).toList(), shrinkages);
    }

    /**
     * The components as orthonormal axes, by the Gram-Schmidt process: online updates leave them only nearly orthogonal. Ends before
     * the first component that is linearly dependent on earlier ones.
     */
    private static List<float[]> orthonormal(OnlinePca pca) {
        List<float[]> axes = new ArrayList<>();
        for (int i = 0; i < pca.size(); i++) {
            float[] axis = pca.component(i).clone();
            for (float[] earlier : axes) {
                float projection = VectorUtil.dotProduct(axis, earlier);
                for (int d = 0; d < axis.length; d++) {
                    axis[d] -= projection * earlier[d];
                }
            }
            if (VectorUtil.dotProduct(axis, axis) == 0) {
                return axes;
            }
            axes.add(VectorUtil.l2normalize(axis));
        }
        return axes;
    }

    /** The centre, of length 1 at most where made from unit vectors; empty for {@link #NONE}. Shared: must not be changed. */
    float[] centre() {
        return centre;
    }

    /** The dimension of the vectors that can be compared; 0 for {@link #NONE}. */
    public int dimension() {
        return centre.length;
    }

    /** This space if it has the dimension, else a space of that dimension with the centre 0 and without whitening. */
    public WhitenedSpace ofDimension(int dimension) {
        return centre.length == dimension ? this : around(new float[dimension]);
    }

    /**
     * The distance of a unit vector from the centre, in this space; above 0.
     *
     * @param vector of unit length and this space's dimension; not changed
     */
    public float distance(float[] vector) {
        float squared = 1 - 2 * VectorUtil.dotProduct(centre, vector) + centreSquared;
        for (int i = 0; i < axes.length; i++) {
            float projection = VectorUtil.dotProduct(axes[i], vector) - offsets[i];
            squared -= shrinkages[i] * projection * projection;
        }
        return (float) Math.sqrt(Math.max(squared, Float.MIN_NORMAL));
    }

    /**
     * A vector that turns cosines with {@code vector} in this space into dot products: with {@code q = queryVector(y)}, the cosine
     * of y and a unit vector x is {@code (q · x - offset(q)) / distance(x)}.
     *
     * @param vector of this space's dimension and any length; not changed
     * @return a new array, not of unit length
     */
    public float[] queryVector(float[] vector) {
        float[] centred = vector.clone();
        for (int d = 0; d < centred.length; d++) {
            centred[d] -= centre[d];
        }
        float[] whitened = centred.clone();
        for (int i = 0; i < axes.length; i++) {
            float shrunk = shrinkages[i] * VectorUtil.dotProduct(axes[i], centred);
            for (int d = 0; d < whitened.length; d++) {
                whitened[d] -= shrunk * axes[i][d];
            }
        }
        float length = (float) Math.sqrt(Math.max(VectorUtil.dotProduct(centred, whitened), Float.MIN_NORMAL));
        for (int d = 0; d < whitened.length; d++) {
            whitened[d] /= length;
        }
        return whitened;
    }

    /**
     * The dot product of a query vector and the centre.
     *
     * @param queryVector made by {@link #queryVector}; not changed
     */
    public float offset(float[] queryVector) {
        return VectorUtil.dotProduct(queryVector, centre);
    }

    @Override
    public boolean equals(Object o) {
        return this == o
            || o instanceof WhitenedSpace other
                && hash == other.hash
                && Arrays.equals(centre, other.centre)
                && directions.equals(other.directions)
                && Arrays.equals(shrinkages, other.shrinkages);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
