package org.opensearch.affinity.vector;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.Arrays;

/**
 * A direction in vector space, one byte a dimension: whole numbers from -127 to 127, the largest of them 127 in size. It is
 * rounded whenever it moves and not when it is stored, so it depends on what moved it and not on when it was stored between.
 * Mutable, not thread-safe.
 */
public final class Direction {
    private static final float STEPS = 127;

    /** Whole numbers; floats, for Lucene's dot product. */
    private final float[] steps;
    private float norm;

    /** @param vector not 0; it is copied */
    public Direction(float[] vector) {
        steps = vector.clone();
        round();
    }

    public Direction(StreamInput in) throws IOException {
        byte[] bytes = in.readByteArray();
        steps = new float[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            steps[i] = bytes[i];
        }
        norm = (float) Math.sqrt(VectorUtil.dotProduct(steps, steps));
    }

    public void writeTo(StreamOutput out) throws IOException {
        byte[] bytes = new byte[steps.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) steps[i];
        }
        out.writeByteArray(bytes);
    }

    public int dimension() {
        return steps.length;
    }

    /** Cosine with a unit vector. */
    public float cosine(float[] unit) {
        return norm == 0 ? 0 : VectorUtil.dotProduct(steps, unit) / norm;
    }

    public float cosine(Direction other) {
        return norm == 0 || other.norm == 0 ? 0 : VectorUtil.dotProduct(steps, other.steps) / (norm * other.norm);
    }

    /** As a unit vector. */
    public float[] unit() {
        float[] unit = new float[steps.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = norm == 0 ? 0 : steps[i] / norm;
        }
        return unit;
    }

    /** Towards a unit vector: {@code (1 - share) · this + share · vector}, share from 0 to 1. */
    public void move(float[] vector, double share) {
        float own = norm == 0 ? 0 : (float) ((1 - share) / norm);
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (float) (own * steps[i] + share * vector[i]);
        }
        round();
    }

    private void round() {
        float largest = 0;
        for (float value : steps) {
            largest = Math.max(largest, Math.abs(value));
        }
        float factor = largest == 0 ? 0 : STEPS / largest;
        for (int i = 0; i < steps.length; i++) {
            steps[i] = Math.round(steps[i] * factor);
        }
        norm = (float) Math.sqrt(VectorUtil.dotProduct(steps, steps));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Direction other && Arrays.equals(steps, other.steps);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(steps);
    }
}
