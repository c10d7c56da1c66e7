package org.opensearch.affinity.track;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What the users of a tracker have in common, which each of them is compared with. Immutable, if nobody writes into the array.
 *
 * @param centre   the mean of the vectors that they liked, shrunk towards 0 while there are few events; shorter than 1, empty
 *                 before the first
 * @param ownItems from 0 to 1, how much interest somebody has in an item that they had before: near 0 where people want
 *                 each item once
 */
public record Common(float[] centre, float ownItems) implements Writeable {
    /** With this many events the mean counts half: before that it would be the taste of a few. */
    private static final double PRIOR_EVENTS = 1_000;
    /** Before anything is known, one event in a hundred is of an item that the user had. */
    private static final double PRIOR_REPEATS = 10;
    /** One event in two hundred is half of the way between buying once and buying again. */
    private static final double HALF_OWN = 0.005;

    public Common(StreamInput in) throws IOException {
        this(in.readFloatArray(), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeFloatArray(centre);
        out.writeFloat(ownItems);
    }

    /** Of the populations of several slices. */
    static Common of(List<Population> parts) {
        long events = parts.stream().mapToLong(Population::events).sum();
        long repeats = parts.stream().mapToLong(Population::repeats).sum();
        double share = (repeats + PRIOR_REPEATS) / (events + PRIOR_EVENTS);
        return new Common(centre(parts, events), (float) (share / (share + HALF_OWN)));
    }

    private static float[] centre(List<Population> parts, long events) {
        float[] centre = new float[parts.stream().mapToInt(part -> part.mean().length).max().orElse(0)];
        for (Population part : parts) {
            for (int i = 0; i < part.mean().length; i++) {
                centre[i] += (float) (part.mean()[i] * (part.events() / (events + PRIOR_EVENTS)));
            }
        }
        return centre;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Common other && Arrays.equals(centre, other.centre) && ownItems == other.ownItems;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(centre) + Float.hashCode(ownItems);
    }
}
