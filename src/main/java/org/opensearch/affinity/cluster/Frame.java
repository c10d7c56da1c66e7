package org.opensearch.affinity.cluster;

import org.opensearch.core.common.io.stream.ByteBufferStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteable;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The body of a value that {@link Format} wrote. Fields that a later version appended are left unread. Reads from a byte buffer, which
 * reads a float at once; other streams read it byte by byte, which dominated the time to read a profile.
 */
public final class Frame extends ByteBufferStreamInput {
    private final int format;
    private final NamedWriteableRegistry writeables;

    Frame(int format, byte[] body, StreamInput in) {
        super(ByteBuffer.wrap(body));
        this.format = format;
        writeables = in.namedWriteableRegistry();
        setVersion(in.getVersion());
    }

    /** The number of the format that was written, below, equal to or above that of this version. */
    public int format() {
        return format;
    }

    @Override
    public NamedWriteableRegistry namedWriteableRegistry() {
        return writeables;
    }

    @Override
    public <C extends NamedWriteable> C readNamedWriteable(Class<C> category) throws IOException {
        return readNamedWriteable(category, readString());
    }

    @Override
    public <C extends NamedWriteable> C readNamedWriteable(Class<C> category, String name) throws IOException {
        return writeables.getReader(category, name).read(this);
    }
}
