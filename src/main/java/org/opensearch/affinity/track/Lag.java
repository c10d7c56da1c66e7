package org.opensearch.affinity.track;

import org.opensearch.affinity.track.Generations.Generation;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;

/**
 * How far a rebuild is behind the log, in numbers of the log, each of which is an event at most.
 *
 * @param read    how many it has read
 * @param written how many there are
 * @param behind  in how many slices it is not as far as the profiles that are used
 */
record Lag(long read, long written, int behind) implements Writeable {
    /** Followers store their progress every few seconds, so on a busy log nobody is ever seen at its end. */
    private static final long SMALL = 10_000;

    Lag(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(read);
        out.writeVLong(written);
        out.writeVInt(behind);
    }

    /** Whether nobody would miss anything if it were used now. */
    boolean isSmall() {
        return behind == 0 && written - read <= SMALL;
    }

    /** Reads it, first of the profiles that are used, so that it is rather too large than too small. */
    static void of(
        String tracker,
        Generation generation,
        List<Slice> slices,
        ProfileIndex profiles,
        Client client,
        ActionListener<Lag> listener
    ) {
        profiles.progress(tracker, slices, ActionListener.wrap(live -> new Checkpoints(client).of(slices, ActionListener.wrap(log -> {
            String name = Generations.name(tracker, generation.next());
            profiles.progress(name, slices, ActionListener.map(listener, next -> {
                long read = 0;
                long written = 0;
                int behind = 0;
                for (int i = 0; i < slices.size(); i++) {
                    Long checkpoint = log.get(slices.get(i).shard());
                    long readTo = next.get(i).readTo();
                    behind += checkpoint == null || readTo < live.get(i).readTo() ? 1 : 0;
                    written += checkpoint == null ? 0 : checkpoint + 1;
                    read += checkpoint == null ? 0 : Math.min(checkpoint, readTo) + 1;
                }
                return new Lag(read, written, behind);
            }));
        }, listener::onFailure)), listener::onFailure));
    }
}
