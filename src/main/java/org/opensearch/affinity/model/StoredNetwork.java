package org.opensearch.affinity.model;

import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.cluster.SegmentLayers;
import org.opensearch.affinity.learn.cluster.SegmentTree;
import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.List;

/** Writes and reads the weights of networks, as a field of {@link PartEncoder} and elsewhere. */
public final class StoredNetwork {
    private static final int NONE = 0;
    private static final int ATTENTION = 1;
    private static final int VAE = 2;
    private static final int CONCEPTS = 3;
    private static final int SEGMENTS = 4;

    private StoredNetwork() {}

    /** @param network null for none */
    static void write(NetworkEncoder.Layers network, StreamOutput out) throws IOException {
        switch (network) {
            case null -> out.writeVInt(NONE);
            case AttentionLayers attention -> {
                out.writeVInt(ATTENTION);
                out.writeVInt(attention.heads());
                out.writeDouble(attention.scale());
                writeArrays(attention.weights(), out);
            }
            case VaeLayers vae when vae.concepts() > 1 -> {
                out.writeVInt(CONCEPTS);
                out.writeVInt(vae.concepts());
                writeArrays(vae.weights(), out);
            }
            case VaeLayers vae -> {
                out.writeVInt(VAE);
                writeArrays(vae.weights(), out);
            }
            case SegmentLayers segments -> {
                out.writeVInt(SEGMENTS);
                out.writeDouble(segments.tree().temperature());
                out.writeVInt(segments.taste());
                out.writeVInt(segments.items());
                out.writeVIntArray(segments.users());
                out.writeCollection(segments.tree().groups(), (to, group) -> {
                    to.writeVInt(group.parent() + 1);
                    to.writeVInt(group.level());
                    to.writeFloatArray(group.centre());
                    to.writeFloat(group.least());
                });
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
            case VAE -> new VaeLayers(1, readArrays(in));
            case CONCEPTS -> new VaeLayers(in.readVInt(), readArrays(in));
            case SEGMENTS -> segments(in);
            default -> throw new IOException("unknown network [" + kind + "]");
        };
    }

    private static SegmentLayers segments(StreamInput from) throws IOException {
        double temperature = from.readDouble();
        int taste = from.readVInt();
        int items = from.readVInt();
        int[] users = from.readVIntArray();
        List<SegmentTree.Group> groups = from.readList(
            in -> new SegmentTree.Group(in.readVInt() - 1, in.readVInt(), in.readFloatArray(), in.readFloat())
        );
        return new SegmentLayers(new SegmentTree(groups, temperature), taste, items, users);
    }

    /** Writes arrays for {@link #readArrays}. */
    public static void writeArrays(List<NamedArray> arrays, StreamOutput to) throws IOException {
        to.writeCollection(arrays, (out, array) -> {
            out.writeString(array.name());
            out.writeVIntArray(array.shape());
            out.writeFloatArray(array.values());
        });
    }

    /** Reads what {@link #writeArrays} wrote. */
    public static List<NamedArray> readArrays(StreamInput from) throws IOException {
        return from.readList(in -> new NamedArray(in.readString(), in.readVIntArray(), in.readFloatArray()));
    }
}
