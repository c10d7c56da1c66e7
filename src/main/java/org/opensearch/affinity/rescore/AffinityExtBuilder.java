package org.opensearch.affinity.rescore;

import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.SearchExtBuilder;

import java.io.IOException;

/** The part {@code ext.affinity} of a search, which the search pipeline's {@link AffinityRequestProcessor} reads. */
public final class AffinityExtBuilder extends SearchExtBuilder {
    public static final String NAME = "affinity";

    private final AffinityRequest request;

    AffinityExtBuilder(AffinityRequest request) {
        this.request = request;
    }

    public AffinityExtBuilder(StreamInput in) throws IOException {
        request = new AffinityRequest(in);
    }

    public static AffinityExtBuilder fromXContent(XContentParser parser) throws IOException {
        return new AffinityExtBuilder(AffinityRequest.parse(parser, Place.EXT));
    }

    AffinityRequest request() {
        return request;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        request.writeTo(out);
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
        return o instanceof AffinityExtBuilder other && request.equals(other.request);
    }

    @Override
    public int hashCode() {
        return request.hashCode();
    }
}
