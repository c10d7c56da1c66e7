package org.opensearch.affinity.rank;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * What ranking did on one node since it started.
 *
 * @param searches      personalised searches that it coordinated
 * @param unavailable   of these, how many went on without the profile
 * @param precise       of these, how many were left alone, for the query names one item
 * @param profileMicros that they waited for profiles
 * @param windows       of shards that were scored anew here
 * @param documents     in them
 * @param rescoreMicros that this took
 */
public record RankStats(long searches, long unavailable, long precise, long profileMicros, long windows, long documents, long rescoreMicros)
    implements
        Writeable,
        ToXContentFragment {
    public RankStats(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(searches);
        out.writeVLong(unavailable);
        out.writeVLong(precise);
        out.writeVLong(profileMicros);
        out.writeVLong(windows);
        out.writeVLong(documents);
        out.writeVLong(rescoreMicros);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("rank").field("searches", searches).field("profile_unavailable", unavailable);
        builder.field("precise_queries", precise).field("profile_time_in_micros", profileMicros);
        builder.field("windows", windows).field("documents", documents).field("rescore_time_in_micros", rescoreMicros);
        return builder.endObject();
    }
}
