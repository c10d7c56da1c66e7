package org.opensearch.affinity.vector;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.Arrays;

/**
 * A direction in vector space, quantised to one byte a dimension: integers from -127 to 127, scaled so that the largest absolute
 * value is 127. It is quantised after every change and not when it is stored, so its value depends on the changes alone and not
 * on when it was stored and read between them. The zero vector is possible and has cosine 0 with everything. Mutable, not
 * thread-safe.
 */
public final class Direction {
    private static final float MAX_LEVEL = 127;

    /** The quantised coordinates: integers, held as floats for Lucene's dot product. */
    private final float[] levels;
    /** Euclidean length of the quantised coordinates. */
    private float norm;

    /** @param vector of any length above 0; copied */
    public Direction(float[] vector) {
        levels = vector.clone();
        quantise();
    }

    public Direction(StreamInput in) throws IOException {
        byte[] bytes = in.readByteArray();
        levels = new float[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            levels[i] = bytes[i];
        }
        norm = (float) Math.sqrt(VectorUtil.dotProduct(levels, levels));
    }

    public void writeTo(StreamOutput out) throws IOException {
        byte[] bytes = new byte[levels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) levels[i];
        }
        out.writeByteArray(bytes);
    }

    public int dimension() {
        return levels.length;
    }

    /**
     * The cosine with a unit vector, in [-1, 1].
     *
     * @param unit of unit length, of the same dimension; not changed
     */
    public float cosine(float[] unit) {
        return norm == 0 ? 0 : VectorUtil.dotProduct(levels, unit) / norm;
    }

    /** The cosine with another direction of the same dimension, in [-1, 1]. */
    public float cosine(Direction other) {
        return norm == 0 || other.norm == 0 ? 0 : VectorUtil.dotProduct(levels, other.levels) / (norm * other.norm);
    }

    /** The direction as a new unit vector; all zeros for the zero vector. */
    public float[] unit() {
        float[] unit = new float[levels.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = norm == 0 ? 0 : levels[i] / norm;
        }
        return unit;
    }

    /**
     * Moves the direction towards a vector: to {@code (1 - share) · this + share · vector}, with this at unit length.
     *
     * @param vector of unit length, of the same dimension; neither changed nor kept
     * @param share  from 0 to 1
     */
    public void move(float[] vector, double share) {
        float own = norm == 0 ? 0 : (float) ((1 - share) / norm);
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (float) (own * levels[i] + share * vector[i]);
        }
        quantise();
    }

    private void quantise() {
        float largest = 0;
        for (float value : levels) {
            largest = Math.max(largest, Math.abs(value));
        }
        float factor = largest == 0 ? 0 : MAX_LEVEL / largest;
        for (int i = 0; i < levels.length; i++) {
            levels[i] = Math.round(levels[i] * factor);
        }
        norm = (float) Math.sqrt(VectorUtil.dotProduct(levels, levels));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Direction other && Arrays.equals(levels, other.levels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(levels);
    }
}
