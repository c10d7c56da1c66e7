package org.opensearch.affinity.model;

import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.List;

/** Writes and reads the weights of a network, as a field of {@link PartEncoder}. */
final class StoredNetwork {
    private static final int NONE = 0;
    private static final int ATTENTION = 1;
    private static final int VAE = 2;

    private StoredNetwork() {}

    /** @param network null for none */
    static void write(NetworkEncoder.Layers network, StreamOutput out) throws IOException {
        switch (network) {
            case null -> out.writeVInt(NONE);
            case AttentionLayers attention -> {
                out.writeVInt(ATTENTION);
                out.writeVInt(attention.heads());
                out.writeDouble(attention.scale());
                out.writeCollection(attention.weights(), StoredNetwork::writeArray);
            }
            case VaeLayers vae -> {
                out.writeVInt(VAE);
                out.writeCollection(vae.weights(), StoredNetwork::writeArray);
            }
            default -> throw new IllegalArgumentException("no format for a [" + network.getClass().getName() + "]");
        }
    }

    /** Returns null for none. */
    static NetworkEncoder.Layers read(StreamInput in) throws IOException {
        int kind = in.readVInt();
        return switch (kind) {
            case NONE -> null;
            case ATTENTION -> new AttentionLayers(in.readVInt(), in.readDouble(), readArrays(in));
            case VAE -> new VaeLayers(readArrays(in));
            default -> throw new IOException("unknown network [" + kind + "]");
        };
    }

    private static void writeArray(StreamOutput out, NamedArray array) throws IOException {
        out.writeString(array.name());
        out.writeVIntArray(array.shape());
        out.writeFloatArray(array.values());
    }

    private static List<NamedArray> readArrays(StreamInput in) throws IOException {
        return in.readList(from -> new NamedArray(from.readString(), from.readVIntArray(), from.readFloatArray()));
    }
}
