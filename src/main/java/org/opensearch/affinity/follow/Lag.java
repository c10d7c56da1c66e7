package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.GlobalCheckpoints;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.Generation;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.Task;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * How far a rebuild is behind the log, in numbers of the log, each of which is an event at most.
 *
 * @param read    how many it has read
 * @param written how many there are
 * @param slices  how many slices the log has
 * @param behind  in how many of them it is not as far as the profiles that are used
 */
public record Lag(long read, long written, int slices, int behind) implements Task.Status {
    /** As the status of a task. */
    public static final String NAME = "affinity_rebuild";
    /** Followers store their progress every few seconds, so on a busy log nobody is ever seen at its end. */
    private static final long SMALL = 10_000;

    public Lag(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readVInt(), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(read);
        out.writeVLong(written);
        out.writeVInt(slices);
        out.writeVInt(behind);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("read", read).field("to_read", written);
        builder.field("percent", written == 0 ? 0 : 100 * read / written);
        return builder.field("slices", slices).field("slices_behind", behind).endObject();
    }

    /** Whether nobody would miss anything if it were used now. */
    boolean isSmall() {
        return behind == 0 && written - read <= SMALL;
    }

    /**
     * Reads it, first of the profiles that are used, so that it is rather too large than too small.
     *
     * @param listener gets null where nothing is being rebuilt
     */
    public static void of(
        Tracker tracker,
        ClusterState state,
        IndexNameExpressionResolver resolver,
        Client client,
        ActionListener<Lag> listener
    ) {
        Generation generation = ProfileGenerations.of(state).of(tracker.name());
        if (generation.isRebuilding() == false) {
            listener.onResponse(null);
            return;
        }
        List<LogShard> slices = LogShards.of(tracker, state, resolver);
        if (generation.ready() == false) {
            listener.onResponse(new Lag(0, 0, slices.size(), slices.size()));
            return;
        }
        String next = ProfileGenerations.name(tracker.name(), generation.next());
        ProgressIndex progress = new ProgressIndex(client);
        progress.progress(tracker.name(), slices, ActionListener.wrap(live -> new GlobalCheckpoints(client).of(slices, ActionListener.wrap(log -> {
            progress.progress(next, slices, ActionListener.map(listener, made -> of(slices, log, live, made)));
        }, listener::onFailure)), listener::onFailure));
    }

    private static Lag of(List<LogShard> slices, Map<ShardId, Long> log, List<Progress> live, List<Progress> made) {
        long read = 0;
        long written = 0;
        int behind = 0;
        for (int i = 0; i < slices.size(); i++) {
            Long checkpoint = log.get(slices.get(i).shard());
            long readTo = made.get(i).readTo();
            behind += checkpoint == null || readTo < live.get(i).readTo() ? 1 : 0;
            written += checkpoint == null ? 0 : checkpoint + 1;
            read += checkpoint == null ? 0 : Math.min(checkpoint, readTo) + 1;
        }
        return new Lag(read, written, slices.size(), behind);
    }
}
