package org.opensearch.affinity.profile;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * What a user had erased: everything up to a time, and with an opt-out everything after it too. It stays stored for as long as
 * the tracker exists, so that an event that arrives late, is sent again or is read again does not bring back erased data.
 * Immutable.
 *
 * @param forgottenAt events up to this time, epoch milliseconds, are skipped; 0 for none
 * @param optedOut    whether all events are skipped
 */
public record Erasure(long forgottenAt, boolean optedOut) implements Writeable {
    private static final Format FORMAT = Format.first(Erasure.class);
    public static final Erasure NONE = new Erasure(0, false);

    Erasure(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Erasure(Frame in) throws IOException {
        this(in.readVLong(), in.readBoolean());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(forgottenAt);
            out.writeBoolean(optedOut);
        }
    }

    /** Returns why an event must be skipped; null if it may be applied. */
    public SkipReason skipReason(Event event) {
        if (optedOut) {
            return SkipReason.OPTED_OUT;
        }
        return forgottenAt > 0 && event.time() <= forgottenAt ? SkipReason.FORGOTTEN : null;
    }
}
