package org.opensearch.affinity.vector;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;

/**
 * Along which directions the liked vectors differ most, and how much: their leading principal components, kept up to date
 * event by event. Weng, Zhang and Hwang, Candid Covariance-Free Incremental Principal Component Analysis, PAMI 2003,
 * algorithm 1, with their amnesic parameter 2. Mutable, not thread-safe.
 */
final class OnlinePca implements Writeable {
    static final int COUNT = 16;
    private static final double AMNESIA = 2;

    private long events;
    /** Mean squared distance from the mean. */
    private double variance;
    /** Components times what the variance along them is, largest first; null while there are fewer. */
    private final float[][] components;

    OnlinePca() {
        components = new float[COUNT][];
    }

    private OnlinePca(OnlinePca other) {
        events = other.events;
        variance = other.variance;
        components = Arrays.stream(other.components).map(component -> component == null ? null : component.clone()).toArray(float[][]::new);
    }

    OnlinePca(StreamInput in) throws IOException {
        this();
        events = in.readVLong();
        variance = in.readDouble();
        int known = in.readVInt();
        for (int i = 0; i < known; i++) {
            components[i] = in.readFloatArray();
        }
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(events);
        out.writeDouble(variance);
        out.writeVInt(known());
        for (int i = 0; i < known(); i++) {
            out.writeFloatArray(components[i]);
        }
    }

    OnlinePca copy() {
        return new OnlinePca(this);
    }

    /** How many components there are. */
    int known() {
        int known = 0;
        while (known < COUNT && components[known] != null) {
            known++;
        }
        return known;
    }

    /** Mean squared distance from the mean, over all dimensions. */
    double variance() {
        return variance;
    }

    /** The variance along a component. */
    double variance(int number) {
        return Math.sqrt(VectorUtil.dotProduct(components[number], components[number]));
    }

    /** A component; its length is the variance along it. */
    float[] component(int number) {
        return components[number];
    }

    /** @param rest of a liked vector, beyond the mean; it is changed */
    void take(float[] rest) {
        events++;
        variance += (VectorUtil.dotProduct(rest, rest) - variance) / events;
        double share = events > AMNESIA + 1 ? (1 + AMNESIA) / events : 1.0 / events;
        for (int i = 0; i < COUNT; i++) {
            if (components[i] == null) {
                // A second vector in the direction of the first says nothing of a second component.
                if (VectorUtil.dotProduct(rest, rest) > 1e-6f) {
                    components[i] = rest;
                }
                return;
            }
            float[] component = components[i];
            double length = variance(i);
            double along = VectorUtil.dotProduct(rest, component) / length;
            for (int d = 0; d < component.length; d++) {
                component[d] = (float) ((1 - share) * component[d] + share * along * rest[d]);
            }
            double squared = VectorUtil.dotProduct(component, component);
            double off = squared == 0 ? 0 : VectorUtil.dotProduct(rest, component) / squared;
            for (int d = 0; d < rest.length; d++) {
                rest[d] -= (float) (off * component[d]);
            }
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
