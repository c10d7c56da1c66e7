package org.opensearch.affinity.manage;

import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.follow.Lag;
import org.opensearch.affinity.follow.Progress;
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

/** The state of a tracker at one moment. */
public final class TrackerStats extends ActionResponse implements ToXContentObject {

    /** One slice: what was stored of its progress, and the global checkpoint of the shard, -1 when that is not known. */
    record SliceStats(ShardId shard, Progress progress, long checkpoint) implements Writeable {
        SliceStats(StreamInput in) throws IOException {
            this(new ShardId(in), new Progress(in), in.readZLong());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            shard.writeTo(out);
            progress.writeTo(out);
            out.writeZLong(checkpoint);
        }

        /** Numbers of the log not yet read: at most as many events. */
        long lag() {
            return Math.max(0, checkpoint - progress.readTo());
        }
    }

    private final String tracker;
    private final long users;
    private final StoredBytes bytes;
    private final List<SliceStats> slices;
    private final Lag rebuild;

    /** @param rebuild how far profiles that are made anew are behind; null if there are none */
    TrackerStats(String tracker, long users, StoredBytes bytes, List<SliceStats> slices, Lag rebuild) {
        this.rebuild = rebuild;
        this.tracker = tracker;
        this.users = users;
        this.bytes = bytes;
        this.slices = slices;
    }

    TrackerStats(StreamInput in) throws IOException {
        super(in);
        tracker = in.readString();
        users = in.readVLong();
        bytes = new StoredBytes(in);
        slices = in.readList(SliceStats::new);
        rebuild = in.readOptionalWriteable(Lag::new);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(tracker);
        out.writeVLong(users);
        bytes.writeTo(out);
        out.writeList(slices);
        out.writeOptionalWriteable(rebuild);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("tracker", tracker).field("users", users);
        builder.startObject("bytes").field("profiles", bytes.profiles()).field("items", bytes.items());
        builder.field("per_user", users == 0 ? 0 : bytes.profiles() / users).endObject();
        builder.field("lag_events", slices.stream().mapToLong(SliceStats::lag).sum());
        events(builder);
        if (rebuild != null) {
            builder.field("rebuild", rebuild);
        }
        builder.startArray("slices");
        for (SliceStats slice : slices) {
            builder.startObject().field("index", slice.shard.getIndexName()).field("shard", slice.shard.id());
            builder.field("read_to", slice.progress.readTo()).field("global_checkpoint", slice.checkpoint);
            builder.field("lag_events", slice.lag()).endObject();
        }
        return builder.endArray().endObject();
    }

    private void events(XContentBuilder builder) throws IOException {
        Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
        slices.forEach(slice -> slice.progress.skipped().forEach((reason, count) -> skipped.merge(reason, count, Long::sum)));
        builder.startObject("events").field("applied", slices.stream().mapToLong(slice -> slice.progress.applied()).sum());
        builder.field("impressions", skipped.getOrDefault(SkipReason.IMPRESSION, 0L));
        long left = skipped.entrySet().stream().filter(of -> of.getKey().isIgnored()).mapToLong(Map.Entry::getValue).sum();
        builder.startObject("restrained");
        reasons(builder, skipped, SkipReason::isRestrained);
        builder.endObject().startObject("skipped").field("total", left);
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
