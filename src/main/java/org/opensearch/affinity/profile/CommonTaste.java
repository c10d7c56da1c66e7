package org.opensearch.affinity.profile;

import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;

/**
 * What the users of a tracker have in common, which each of them is compared with. Immutable.
 *
 * @param space    where their vectors are compared
 * @param ownItems from 0 to 1, how much interest somebody has in an item that they had before: near 0 where people want
 *                 each item once
 */
public record CommonTaste(WhitenedSpace space, float ownItems) implements Writeable {
    private static final double PRIOR_EVENTS = 1_000;
    /** Before anything is known, one event in a hundred is of an item that the user had. */
    private static final double PRIOR_REPEATS = 10;
    /** One event in two hundred is half of the way between buying once and buying again. */
    private static final double HALF_OWN = 0.005;

    public CommonTaste(StreamInput in) throws IOException {
        this(new WhitenedSpace(in), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        space.writeTo(out);
        out.writeFloat(ownItems);
    }

    /** Of the populations of several slices. */
    public static CommonTaste of(List<TasteStatistics> parts) {
        long events = parts.stream().mapToLong(TasteStatistics::events).sum();
        long repeats = parts.stream().mapToLong(TasteStatistics::repeats).sum();
        double share = (repeats + PRIOR_REPEATS) / (events + PRIOR_EVENTS);
        return new CommonTaste(WhitenedSpace.of(parts), (float) (share / (share + HALF_OWN)));
    }
}
