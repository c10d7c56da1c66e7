package org.opensearch.affinity.profile;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;

/**
 * What the users of a tracker have in common; ranking compares each user with it. Immutable.
 *
 * @param space    the space in which interests and items are compared
 * @param ownItems from 0 to 1: how much affinity counts for items of the user's own history; near 0 where users rarely act on the
 *                 same item again
 */
public record CommonTaste(WhitenedSpace space, float ownItems) implements Writeable {
    private static final Format FORMAT = Format.first(CommonTaste.class);

    /** The prior of the share of repeats: 10 of 1,000 events are of an item in their user's history. */
    private static final double PRIOR_EVENTS = 1_000;
    private static final double PRIOR_REPEATS = 10;
    /** The share of repeats at which {@link #ownItems} is one half. */
    private static final double HALF_SHARE = 0.005;

    public CommonTaste(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private CommonTaste(Frame in) throws IOException {
        this(new WhitenedSpace(in), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            space.writeTo(out);
            out.writeFloat(ownItems);
        }
    }

    /**
     * Returns the common taste of all users.
     *
     * @param parts the statistics of each shard of the log; may be empty
     */
    public static CommonTaste of(List<TasteStatistics> parts) {
        long events = parts.stream().mapToLong(TasteStatistics::events).sum();
        long repeats = parts.stream().mapToLong(TasteStatistics::repeats).sum();
        double share = (repeats + PRIOR_REPEATS) / (events + PRIOR_EVENTS);
        return new CommonTaste(WhitenedSpace.of(parts), (float) (share / (share + HALF_SHARE)));
    }
}
