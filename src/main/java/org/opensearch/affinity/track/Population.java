package org.opensearch.affinity.track;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What all users have in common: the mean of the unit vectors of the items that events liked. Vectors of one catalogue
 * share a large part (a shop's items are all goods, and transformers put all texts into a narrow cone), which says nothing
 * about a person; ranking compares what is left beyond it. See Mu and Viswanath, All-but-the-Top, ICLR 2018, for the effect
 * of removing the mean. Immutable, if nobody writes into the array.
 *
 * @param events how many it was made of
 * @param mean   not of unit length; empty without events
 */
record Population(long events, float[] mean) implements Writeable {
    static final Population NONE = new Population(0, new float[0]);
    /** With this many events the mean counts half: before that it would be the taste of a few. */
    private static final double PRIOR_EVENTS = 1_000;

    Population(StreamInput in) throws IOException {
        this(in.readVLong(), in.readFloatArray());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(events);
        out.writeFloatArray(mean);
    }

    /** The population with further liked vectors, in the order of their events. Vectors of another dimension are left out. */
    Population with(List<float[]> vectors) {
        float[] changed = mean.clone();
        long count = events;
        for (float[] vector : vectors) {
            if (count == 0) {
                changed = new float[vector.length];
            }
            if (vector.length == changed.length) {
                count++;
                for (int i = 0; i < changed.length; i++) {
                    changed[i] += (vector[i] - changed[i]) / count;
                }
            }
        }
        return new Population(count, changed);
    }

    /**
     * The mean of several populations, shrunk towards 0 while there are few events.
     *
     * @return shorter than 1; empty without events
     */
    static float[] centre(List<Population> parts) {
        long total = parts.stream().mapToLong(Population::events).sum();
        float[] centre = new float[parts.stream().mapToInt(part -> part.mean.length).max().orElse(0)];
        for (Population part : parts) {
            for (int i = 0; i < part.mean.length; i++) {
                centre[i] += (float) (part.mean[i] * (part.events / (total + PRIOR_EVENTS)));
            }
        }
        return centre;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Population other && events == other.events && Arrays.equals(mean, other.mean);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(events) + Arrays.hashCode(mean);
    }
}
