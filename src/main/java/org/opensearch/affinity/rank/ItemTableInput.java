package org.opensearch.affinity.rank;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;

/**
 * What a shard needs to look items up in the tracker's item table. Immutable.
 *
 * @param index    index of the item table; empty if there is none and only the id field is needed
 * @param idField  field of the searched index that holds the items' ids: a keyword field, or {@code _id}
 * @param contexts of the search, each {@code name=value}; empty for none
 * @param halfLife in which the weight of an event halves, milliseconds
 * @param seed     of the search's random numbers, see {@link ItemTableSignals#exploration}
 */
public record ItemTableInput(String index, String idField, List<String> contexts, double halfLife, int seed) implements Writeable {
    private static final Format FORMAT = Format.first(ItemTableInput.class);

    ItemTableInput(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private ItemTableInput(Frame in) throws IOException {
        this(in.readString(), in.readString(), in.readStringList(), in.readDouble(), in.readInt());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(index);
            out.writeString(idField);
            out.writeStringCollection(contexts);
            out.writeDouble(halfLife);
            out.writeInt(seed);
        }
    }

    /**
     * The popularities in the contexts of the search, from this node's copy of the table.
     *
     * @param input null if the search needs no items
     * @return null if there is no table, or this node has no copy of it
     */
    public static ItemTable.Popularities open(ItemTableInput input, RankNode node) {
        ItemTable table = input == null ? null : node.tables().find(input.index);
        return table == null ? null : table.popularities(input.contexts, input.halfLife);
    }
}
