package org.opensearch.affinity.manage;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.follow.FollowStatus;
import org.opensearch.affinity.follow.Progress;
import org.opensearch.affinity.follow.RebuildLag;
import org.opensearch.affinity.profile.VectorDimensions;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The statistics of a tracker: its users, its size, the events it has read, and its lag behind the log. */
public final class TrackerStats extends ActionResponse implements ToXContentObject {
    private static final Format FORMAT = Format.first(TrackerStats.class).withField(2);

    /**
     * The progress in one shard of the log.
     *
     * @param progress   as stored by the shard's follower, without statistics; that of a log shard that was never followed if not known
     * @param checkpoint the global checkpoint of the shard; -1 if it is not known
     * @param failure    null unless the follower fails
     */
    record LogShardStats(ShardId shard, Progress progress, long checkpoint, FollowStatus.Failure failure) implements Writeable {
        private static final Format FORMAT = Format.first(LogShardStats.class).withField(2);

        LogShardStats(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private LogShardStats(Frame in) throws IOException {
            this(new ShardId(in), new Progress(in), in.readZLong(), failure(in));
        }

        private static FollowStatus.Failure failure(Frame in) throws IOException {
            return in.format() < 2 ? null : in.readOptionalWriteable(FollowStatus.Failure::new);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                shard.writeTo(out);
                progress.writeTo(out);
                out.writeZLong(checkpoint);
                out.writeOptionalWriteable(failure);
            }
        }

        /** How many sequence numbers have not been read; each is one event at most. */
        long lag() {
            return Math.max(0, checkpoint - progress.readTo());
        }
    }

    private final String tracker;
    /** Null if it is not known. */
    private final Long users;
    private final StoredBytes bytes;
    private final List<LogShardStats> shards;
    private final RebuildLag rebuild;
    private final VectorDimensions vectors;

    /**
     * @param users   how many users have a profile; null if it is not known
     * @param shards  one for each shard of the log
     * @param rebuild the lag of the rebuild that is running; null if there is none
     * @param vectors the dimensions of the item vectors
     */
    TrackerStats(
        String tracker,
        Long users,
        StoredBytes bytes,
        List<LogShardStats> shards,
        RebuildLag rebuild,
        VectorDimensions vectors
    ) {
        this.tracker = tracker;
        this.users = users;
        this.bytes = bytes;
        this.shards = shards;
        this.rebuild = rebuild;
        this.vectors = vectors;
    }

    TrackerStats(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        tracker = in.readString();
        long count = in.readVLong();
        bytes = new StoredBytes(in);
        shards = in.readList(LogShardStats::new);
        rebuild = in.readOptionalWriteable(RebuildLag::new);
        vectors = new VectorDimensions(in);
        boolean isCounted = in.format() < 2 || in.readBoolean();
        users = isCounted ? count : null;
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(tracker);
            out.writeVLong(users == null ? 0 : users);
            bytes.writeTo(out);
            out.writeList(shards);
            out.writeOptionalWriteable(rebuild);
            vectors.writeTo(out);
            out.writeBoolean(users != null);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("tracker", tracker).field("users", users);
        builder.startObject("bytes").field("profiles", bytes.profiles()).field("items", bytes.items());
        builder.field("per_user", users == null || users == 0 ? 0 : bytes.profiles() / users).endObject();
        builder.field("lag_events", shards.stream().mapToLong(LogShardStats::lag).sum());
        builder.field("vector_dimensions", vectors);
        events(builder);
        if (rebuild != null) {
            builder.field("rebuild", rebuild);
        }
        builder.startArray("slices");
        for (LogShardStats stats : shards) {
            builder.startObject().field("index", stats.shard.getIndexName()).field("shard", stats.shard.id());
            builder.field("read_to", stats.progress.readTo()).field("global_checkpoint", stats.checkpoint);
            builder.field("lag_events", stats.lag());
            if (stats.failure != null) {
                stats.failure.members(builder);
            }
            builder.endObject();
        }
        return builder.endArray().endObject();
    }

    private void events(XContentBuilder builder) throws IOException {
        Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
        shards.forEach(stats -> stats.progress.skipped().forEach((reason, count) -> skipped.merge(reason, count, Long::sum)));
        builder.startObject("events").field("applied", shards.stream().mapToLong(stats -> stats.progress.applied()).sum());
        builder.field("impressions", skipped.getOrDefault(SkipReason.IMPRESSION, 0L));
        long total = skipped.entrySet().stream().filter(count -> count.getKey().isIgnored()).mapToLong(Map.Entry::getValue).sum();
        builder.startObject("restrained");
        reasons(builder, skipped, SkipReason::isRestrained);
        builder.endObject().startObject("skipped").field("total", total);
        reasons(builder, skipped, SkipReason::isIgnored);
        builder.endObject().endObject();
    }

    private static void reasons(XContentBuilder builder, Map<SkipReason, Long> counts, Predicate<SkipReason> which) throws IOException {
        for (SkipReason reason : SkipReason.values()) {
            if (which.test(reason)) {
                builder.field(Progress.nameOf(reason), counts.getOrDefault(reason, 0L));
            }
        }
    }
}
