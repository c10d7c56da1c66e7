package org.opensearch.affinity.tracker;

import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;

/** A request to change what the cluster state holds of one tracker. The tracker need not exist: the action checks that. */
public abstract class TrackerChangeRequest<R extends TrackerChangeRequest<R>> extends AcknowledgedRequest<R> {
    private static final Format FORMAT = Format.first(TrackerChangeRequest.class);

    private final String tracker;

    protected TrackerChangeRequest(String tracker) {
        this.tracker = tracker;
    }

    protected TrackerChangeRequest(StreamInput from) throws IOException {
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
