package org.opensearch.affinity.vector;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What all users have in common: mean and leading axes of the unit vectors of the items that events liked. Vectors of one catalogue
 * share a large part (a shop's items are all goods, and transformers put all texts into a narrow cone), which says nothing
 * about a person; ranking compares what is left beyond it. See Mu and Viswanath, All-but-the-Top, ICLR 2018, for the effect
 * of removing the mean. Immutable, if nobody writes into the array.
 *
 * @param events  how many it was made of
 * @param repeats how many of them were of items that their user had done something with before
 * @param mean    not of unit length; empty without events
 * @param axes    along which they differ most; not to be changed
 */
public record TasteStatistics(long events, long repeats, float[] mean, OnlinePca axes) implements Writeable {
    public static final TasteStatistics NONE = new TasteStatistics(0, 0, new float[0], new OnlinePca());
    /** Before so many events the mean is still too far off for anything to be said of what lies beyond it. */
    private static final int FIRST_AXES = 20;

    public TasteStatistics(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readFloatArray(), new OnlinePca(in));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(events);
        out.writeVLong(repeats);
        out.writeFloatArray(mean);
        axes.writeTo(out);
    }

    /**
     * The population with further liked vectors, in the order of their events. Vectors of another dimension are left out.
     *
     * @param again how many of the events were of items that their user had before
     */
    public TasteStatistics with(List<float[]> vectors, long again) {
        float[] changed = mean.clone();
        OnlinePca turned = axes.copy();
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
                if (count > FIRST_AXES) {
                    float[] rest = vector.clone();
                    for (int i = 0; i < rest.length; i++) {
                        rest[i] -= changed[i];
                    }
                    turned.take(rest);
                }
            }
        }
        return new TasteStatistics(count, repeats + again, changed, turned);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TasteStatistics other && events == other.events && repeats == other.repeats && Arrays.equals(mean, other.mean) && axes.equals(other.axes);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(events + 31 * repeats) + Arrays.hashCode(mean);
    }
}
