package org.opensearch.affinity.manage;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Descriptions of models, the newest first: of each what its training stored about it, as a map of XContent values. */
public final class ModelsResponse extends ActionResponse implements ToXContentObject {
    private static final Format FORMAT = Format.first(ModelsResponse.class);

    private final List<Map<String, Object>> models;

    public ModelsResponse(List<Map<String, Object>> models) {
        this.models = models;
    }

    public ModelsResponse(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        models = in.readList(StreamInput::readMap);
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeCollection(models, StreamOutput::writeMap);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        return builder.startObject().field("models", models).endObject();
    }
}
