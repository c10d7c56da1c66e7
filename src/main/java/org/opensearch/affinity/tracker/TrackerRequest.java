package org.opensearch.affinity.tracker;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;

/** A request about one tracker. The tracker need not exist: the action checks that. */
public abstract class TrackerRequest extends ActionRequest {
    private static final Format FORMAT = Format.first(TrackerRequest.class);

    private final String tracker;

    protected TrackerRequest(String tracker) {
        this.tracker = tracker;
    }

    protected TrackerRequest(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        tracker = in.readString();
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        super.writeTo(to);
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(tracker);
        }
    }

    /** The name of the tracker. */
    public final String tracker() {
        return tracker;
    }

    @Override
    public final ActionRequestValidationException validate() {
        return null;
    }
}
