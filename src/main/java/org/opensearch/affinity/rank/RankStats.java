package org.opensearch.affinity.rank;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * The counters of {@link RankMeter} on one node since it started, as shown by {@code _stats}.
 *
 * @param searches      personalised searches that the node coordinated
 * @param unavailable   of these, the searches that continued without the profile
 * @param navigational  of these, the searches that were left as they were because the query is navigational
 * @param profileMicros sum of the times that searches waited for profiles, in microseconds
 * @param windows       windows of the node's shards that were rescored
 * @param documents     sum of the documents in these windows
 * @param rescoreMicros sum of the times that rescoring took, in microseconds
 * @param unreadable    of the searches without the profile, those whose profile a later version of the plugin has written
 * @param histories     histories that parts of trained models encoded
 * @param historyMicros sum of the times that it took, in microseconds
 */
public record RankStats(long searches, long unavailable, long navigational, long profileMicros, long windows, long documents,
    long rescoreMicros, long unreadable, long histories, long historyMicros)
    implements
        Writeable,
        ToXContentFragment {
    private static final Format FORMAT = Format.first(RankStats.class).withField(2).withField(3);

    public RankStats(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private RankStats(Frame in) throws IOException {
        this(
            in.readVLong(),
            in.readVLong(),
            in.readVLong(),
            in.readVLong(),
            in.readVLong(),
            in.readVLong(),
            in.readVLong(),
            in.format() < 2 ? 0 : in.readVLong(),
            in.format() < 3 ? 0 : in.readVLong(),
            in.format() < 3 ? 0 : in.readVLong()
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(searches);
            out.writeVLong(unavailable);
            out.writeVLong(navigational);
            out.writeVLong(profileMicros);
            out.writeVLong(windows);
            out.writeVLong(documents);
            out.writeVLong(rescoreMicros);
            out.writeVLong(unreadable);
            out.writeVLong(histories);
            out.writeVLong(historyMicros);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("rank").field("searches", searches).field("profile_unavailable", unavailable);
        builder.field("profile_unreadable", unreadable);
        builder.field("precise_queries", navigational).field("profile_time_in_micros", profileMicros);
        builder.field("windows", windows).field("documents", documents).field("rescore_time_in_micros", rescoreMicros);
        builder.field("histories", histories).field("histories_time_in_micros", historyMicros);
        return builder.endObject();
    }
}
