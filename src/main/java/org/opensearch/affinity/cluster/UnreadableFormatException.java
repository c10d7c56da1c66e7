package org.opensearch.affinity.cluster;

import java.io.IOException;

/** A value of a later version of the plugin that this version does not understand. Nothing must be written in its place. */
public final class UnreadableFormatException extends IOException implements RedactedException.LoggableMessage {
    private static final long serialVersionUID = 1;

    UnreadableFormatException(String kind, int format, int needed, int known) {
        super(
            "[affinity] [" + kind + "] has format [" + format + "], for versions of the plugin that read [" + needed
                + "] or later; this one reads up to [" + known + "]: upgrade the plugin of this node"
        );
    }
}
