package org.opensearch.affinity.vector;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Statistics over all users of the items that they liked: mean and principal components of the items' unit vectors. The vectors
 * of one catalogue share a large common part, because all items are of one shop and transformers map all texts into a narrow
 * cone. The common part does not distinguish users, so ranking compares vectors without it ({@link WhitenedSpace}). Source for
 * the effect of removing the mean: Mu and Viswanath, All-but-the-Top, ICLR 2018. Immutable, as long as callers do not change the
 * components of the record.
 *
 * @param events  number of events with a liked item's vector
 * @param repeats number of events on an item that their user had interacted with before
 * @param mean    mean of the unit vectors, of length 1 at most; empty without events. Shared: must not be changed
 * @param pca     principal components of the vectors around the mean. Shared: must not be changed
 */
public record TasteStatistics(long events, long repeats, float[] mean, OnlinePca pca) implements Writeable {
    private static final Format FORMAT = Format.first(TasteStatistics.class);
    public static final TasteStatistics NONE = new TasteStatistics(0, 0, new float[0], new OnlinePca());
    /** Until this many events the mean is too uncertain to update principal components around it. */
    private static final int EVENTS_BEFORE_PCA = 20;

    public TasteStatistics(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private TasteStatistics(Frame in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readFloatArray(), new OnlinePca(in));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(events);
            out.writeVLong(repeats);
            out.writeFloatArray(mean);
            pca.writeTo(out);
        }
    }

    /**
     * The statistics with further events. This stays as it is.
     *
     * @param vectors    unit vectors of the liked items, in the order of their events; neither changed nor kept. Vectors of another
     *                   dimension than the mean are left out
     * @param newRepeats number of these events on an item that their user had interacted with before
     */
    public TasteStatistics with(List<float[]> vectors, long newRepeats) {
        float[] newMean = mean.clone();
        OnlinePca newPca = pca.copy();
        long count = events;
        for (float[] vector : vectors) {
            if (count == 0) {
                newMean = new float[vector.length];
            }
            if (vector.length == newMean.length) {
                count++;
                for (int i = 0; i < newMean.length; i++) {
                    newMean[i] += (vector[i] - newMean[i]) / count;
                }
                if (count > EVENTS_BEFORE_PCA) {
                    newPca.update(difference(vector, newMean));
                }
            }
        }
        return new TasteStatistics(count, repeats + newRepeats, newMean, newPca);
    }

    private static float[] difference(float[] vector, float[] mean) {
        float[] difference = vector.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= mean[i];
        }
        return difference;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TasteStatistics other
            && events == other.events
            && repeats == other.repeats
            && Arrays.equals(mean, other.mean)
            && pca.equals(other.pca);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(events + 31 * repeats) + Arrays.hashCode(mean);
    }
}
