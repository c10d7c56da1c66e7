package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * What a user did not want to be known. It stays for as long as the tracker does, so that no event that is read late, sent
 * again or read anew brings back what was forgotten.
 *
 * @param forgottenAt events up to this time, epoch milliseconds, are forgotten; 0 for none
 * @param optedOut    whether later ones are left out as well
 */
public record Erasure(long forgottenAt, boolean optedOut) implements Writeable {
    public static final Erasure NONE = new Erasure(0, false);

    Erasure(StreamInput in) throws IOException {
        this(in.readVLong(), in.readBoolean());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(forgottenAt);
        out.writeBoolean(optedOut);
    }

    /** Why an event is not to be taken in; null when it is. */
    public SkipReason covers(Event event) {
        if (optedOut) {
            return SkipReason.OPTED_OUT;
        }
        return forgottenAt > 0 && event.time() <= forgottenAt ? SkipReason.FORGOTTEN : null;
    }
}
