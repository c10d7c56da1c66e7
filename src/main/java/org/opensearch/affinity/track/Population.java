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
 * @param events  how many it was made of
 * @param repeats how many of them were of items that their user had done something with before
 * @param mean    not of unit length; empty without events
 */
record Population(long events, long repeats, float[] mean) implements Writeable {
    static final Population NONE = new Population(0, 0, new float[0]);

    Population(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readFloatArray());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(events);
        out.writeVLong(repeats);
        out.writeFloatArray(mean);
    }

    /**
     * The population with further liked vectors, in the order of their events. Vectors of another dimension are left out.
     *
     * @param again how many of the events were of items that their user had before
     */
    Population with(List<float[]> vectors, long again) {
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
        return new Population(count, repeats + again, changed);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Population other && events == other.events && repeats == other.repeats && Arrays.equals(mean, other.mean);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(events + 31 * repeats) + Arrays.hashCode(mean);
    }
}
