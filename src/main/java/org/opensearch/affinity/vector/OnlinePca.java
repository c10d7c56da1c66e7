package org.opensearch.affinity.vector;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;

/**
 * The leading principal components of the vectors of liked items, updated one vector at a time. Source: Weng, Zhang and Hwang,
 * Candid Covariance-Free Incremental Principal Component Analysis, PAMI 2003, algorithm 1, with their amnesic parameter 2.
 * Mutable, not thread-safe.
 */
final class OnlinePca implements Writeable {
    private static final Format FORMAT = Format.first(OnlinePca.class);
    static final int MAX_COMPONENTS = 16;
    private static final double AMNESIA = 2;

    private long events;
    /** Mean squared distance of the vectors from their mean, over all dimensions. */
    private double variance;
    /** Unit components multiplied by the variance along them, largest first; null from {@link #size()} on. */
    private final float[][] components;

    OnlinePca() {
        components = new float[MAX_COMPONENTS][];
    }

    private OnlinePca(OnlinePca other) {
        events = other.events;
        variance = other.variance;
        components = Arrays.stream(other.components).map(component -> component == null ? null : component.clone()).toArray(float[][]::new);
    }

    OnlinePca(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private OnlinePca(Frame in) throws IOException {
        this();
        events = in.readVLong();
        variance = in.readDouble();
        int size = in.readVInt();
        for (int i = 0; i < size; i++) {
            components[i] = in.readFloatArray();
        }
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(events);
            out.writeDouble(variance);
            out.writeVInt(size());
            for (int i = 0; i < size(); i++) {
                out.writeFloatArray(components[i]);
            }
        }
    }

    /** A copy that shares no array with this. */
    OnlinePca copy() {
        return new OnlinePca(this);
    }

    /** The number of components found so far, at most {@link #MAX_COMPONENTS}. */
    int size() {
        int size = 0;
        while (size < MAX_COMPONENTS && components[size] != null) {
            size++;
        }
        return size;
    }

    /** The total variance: the mean squared distance of the vectors from their mean, over all dimensions. */
    double variance() {
        return variance;
    }

    /** The variance along a component, below {@link #size()}. */
    double variance(int index) {
        return Math.sqrt(VectorUtil.dotProduct(components[index], components[index]));
    }

    /** A component, whose length is the variance along it. The array is internal: callers must not change it. */
    float[] component(int index) {
        return components[index];
    }

    /**
     * Updates the components with one vector.
     *
     * @param residual a liked vector minus the mean; of any length. The array is changed and may become a component: callers must
     *                 not use it afterwards
     */
    void update(float[] residual) {
        events++;
        variance += (VectorUtil.dotProduct(residual, residual) - variance) / events;
        double learningRate = events > AMNESIA + 1 ? (1 + AMNESIA) / events : 1.0 / events;
        for (int i = 0; i < MAX_COMPONENTS; i++) {
            if (components[i] == null) {
                // A vector parallel to the components found so far has no residual left and starts no further component.
                if (VectorUtil.dotProduct(residual, residual) > 1e-6f) {
                    components[i] = residual;
                }
                return;
            }
            float[] component = components[i];
            double projection = VectorUtil.dotProduct(residual, component) / variance(i);
            for (int d = 0; d < component.length; d++) {
                component[d] = (float) ((1 - learningRate) * component[d] + learningRate * projection * residual[d]);
            }
            deflate(residual, component);
        }
    }

    /** Subtracts from the residual its projection on a component, so that the next component is orthogonal to it. */
    private static void deflate(float[] residual, float[] component) {
        double squared = VectorUtil.dotProduct(component, component);
        double coefficient = squared == 0 ? 0 : VectorUtil.dotProduct(residual, component) / squared;
        for (int d = 0; d < residual.length; d++) {
            residual[d] -= (float) (coefficient * component[d]);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof OnlinePca other
            && events == other.events
            && variance == other.variance
            && Arrays.deepEquals(components, other.components);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(events) + Arrays.deepHashCode(components);
    }
}
