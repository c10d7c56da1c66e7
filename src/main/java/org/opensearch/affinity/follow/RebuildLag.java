package org.opensearch.affinity.follow;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.event.GlobalCheckpoints;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
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
 * How far a rebuild is behind the log, counted in sequence numbers, each of which is one event at most. It is the status of a
 * {@link RebuildTask} and a part of a tracker's statistics.
 *
 * @param read         how many sequence numbers the next generation has read
 * @param written      how many the log has
 * @param shards       how many shards the log has
 * @param shardsBehind in how many of them the next generation has read less than the live one
 */
public record RebuildLag(long read, long written, int shards, int shardsBehind) implements Task.Status {
    private static final Format FORMAT = Format.first(RebuildLag.class);

    /** The name among task statuses. */
    public static final String NAME = "affinity_rebuild";
    /** Followers store their progress every few seconds, so on a busy log the stored progress never reaches the end. */
    private static final long SMALL = 10_000;

    public RebuildLag(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private RebuildLag(Frame in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readVInt(), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(read);
            out.writeVLong(written);
            out.writeVInt(shards);
            out.writeVInt(shardsBehind);
        }
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("read", read).field("to_read", written);
        builder.field("percent", written == 0 ? 0 : 100 * read / written);
        return builder.field("slices", shards).field("slices_behind", shardsBehind).endObject();
    }

    /** Whether the next generation can replace the live one: it has caught up in every shard, and little of the log is left. */
    boolean isSmall() {
        return shardsBehind == 0 && written - read <= SMALL;
    }

    /**
     * Reads the lag of a tracker's rebuild. The progress of the live generation is read first, so that the lag is rather too large than too
     * small.
     *
     * @param listener gets null if no rebuild is running
     */
    public static void of(
        Tracker tracker,
        ClusterState state,
        IndexNameExpressionResolver resolver,
        Client client,
        ActionListener<RebuildLag> listener
    ) {
        TrackerGenerations generations = ProfileGenerations.of(state).of(tracker.name());
        if (generations.isRebuilding() == false) {
            listener.onResponse(null);
            return;
        }
        List<LogShard> shards = LogShards.of(tracker, state, resolver);
        if (generations.ready() == false) {
            listener.onResponse(new RebuildLag(0, 0, shards.size(), shards.size()));
            return;
        }
        String next = ProfileGenerations.name(tracker.name(), generations.next());
        List<LogShard> ofNextGeneration = LogShards.of(tracker, generations.next(), state, resolver);
        FollowStatuses statuses = new FollowStatuses(client);
        statuses.of(
            tracker.name(),
            shards,
            ActionListener.wrap(ofLive -> new GlobalCheckpoints(client).of(shards, ActionListener.wrap(checkpoints -> {
                statuses.of(next, ofNextGeneration, ActionListener.map(listener, ofNext -> of(shards, checkpoints, ofLive, ofNext)));
            }, listener::onFailure)), listener::onFailure)
        );
    }

    private static RebuildLag of(
        List<LogShard> shards,
        Map<ShardId, Long> checkpoints,
        List<FollowStatus> ofLive,
        List<FollowStatus> ofNext
    ) {
        long read = 0;
        long written = 0;
        int behind = 0;
        for (int i = 0; i < shards.size(); i++) {
            Long checkpoint = checkpoints.get(shards.get(i).shard());
            boolean isKnown = checkpoint != null && ofNext.get(i).progress() != null && ofLive.get(i).progress() != null;
            long readTo = Math.max(-1, ofNext.get(i).readTo());
            behind += isKnown == false || readTo < ofLive.get(i).readTo() ? 1 : 0;
            written += checkpoint == null ? 0 : checkpoint + 1;
            read += checkpoint == null ? 0 : Math.min(checkpoint, readTo) + 1;
        }
        return new RebuildLag(read, written, shards.size(), behind);
    }
}
