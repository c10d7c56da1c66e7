package org.opensearch.affinity.rescore;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.SearchExtBuilder;

import java.io.IOException;
import java.util.Objects;

/** The part {@code ext.affinity} of a search, which the search pipeline's {@link AffinityRequestProcessor} reads. */
public final class AffinityExtBuilder extends SearchExtBuilder {
    private static final Format FORMAT = Format.first(AffinityExtBuilder.class);
    public static final String NAME = "affinity";

    private final AffinityRequest request;
    private final boolean processed;

    private AffinityExtBuilder(AffinityRequest request, boolean processed) {
        this.request = request;
        this.processed = processed;
    }

    public AffinityExtBuilder(StreamInput from) throws IOException {
        Frame in = FORMAT.read(from);
        request = new AffinityRequest(in);
        processed = in.readBoolean();
    }

    public static AffinityExtBuilder fromXContent(XContentParser parser) throws IOException {
        return of(AffinityRequest.parse(parser, Place.EXT));
    }

    static AffinityExtBuilder of(AffinityRequest request) {
        return new AffinityExtBuilder(request, false);
    }

    AffinityRequest request() {
        return request;
    }

    /** Whether a processor has read it. If none has, {@link UnprocessedExt} warns. */
    boolean isProcessed() {
        return processed;
    }

    AffinityExtBuilder processed() {
        return new AffinityExtBuilder(request, true);
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            request.writeTo(out);
            out.writeBoolean(processed);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field(NAME);
        return request.toXContent(builder, params);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof AffinityExtBuilder other && request.equals(other.request) && processed == other.processed;
    }

    @Override
    public int hashCode() {
        return Objects.hash(request, processed);
    }
}
