package org.opensearch.affinity.follow;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContent.Params;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.time.Instant;

/**
 * How far a follower has stored its progress, and whether it fails: the status of its task, from which a tracker's statistics are made.
 * Immutable.
 *
 * @param followerId see {@code LogShard.followerId}
 * @param progress   as last stored, without statistics; null before it was read
 * @param failure    null unless the follower fails
 */
public record FollowStatus(String followerId, Progress progress, Failure failure) implements Task.Status {
    /** The name among task statuses. */
    public static final String NAME = "affinity_follow";
    private static final Format FORMAT = Format.first(FollowStatus.class);

    /**
     * The failures in a row of a follower that has neither stored progress nor found the end of its log shard since the first of them.
     * Times are epoch milliseconds.
     *
     * @param since   the time of the first one
     * @param count   their number
     * @param reason  what was done when the last one happened, and why it failed; names indices and fields, and no users
     * @param nextTry when the follower starts again
     */
    public record Failure(long since, int count, String reason, long nextTry) implements Writeable {
        private static final Format FORMAT = Format.first(Failure.class);

        public Failure(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Failure(Frame in) throws IOException {
            this(in.readVLong(), in.readVInt(), in.readString(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVLong(since);
                out.writeVInt(count);
                out.writeString(reason);
                out.writeVLong(nextTry);
            }
        }

        /** Writes the failure as members of an object. */
        public XContentBuilder members(XContentBuilder builder) throws IOException {
            builder.field("failing_since", Instant.ofEpochMilli(since).toString()).field("failures", count);
            return builder.field("reason", reason).field("next_try", Instant.ofEpochMilli(nextTry).toString());
        }
    }

    public FollowStatus(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private FollowStatus(Frame in) throws IOException {
        this(in.readString(), in.readOptionalWriteable(Progress::new), in.readOptionalWriteable(Failure::new));
    }

    /** The stored sequence number up to which the log shard was read; -1 before the first, less if it is not known. */
    long readTo() {
        return progress == null ? Long.MIN_VALUE : progress.readTo();
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(followerId);
            out.writeOptionalWriteable(progress);
            out.writeOptionalWriteable(failure);
        }
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        if (progress != null) {
            builder.field("read_to", progress.readTo()).field("applied", progress.applied());
        }
        if (failure != null) {
            failure.members(builder);
        }
        return builder.endObject();
    }
}
