package org.opensearch.affinity.manage;

import org.opensearch.action.admin.indices.stats.IndexStats;
import org.opensearch.action.admin.indices.stats.IndicesStatsRequest;
import org.opensearch.action.admin.indices.stats.IndicesStatsResponse;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.transport.client.Client;

import java.io.IOException;

/**
 * The size on disk of a tracker's live profile generation, in bytes of primary shards. Writes of the last seconds are not included yet;
 * deleted documents are included until they are merged away.
 *
 * @param profiles bytes of profiles, and of the followers' progress, which lies in the same index
 * @param items    bytes of item rows
 */
record StoredBytes(long profiles, long items) implements Writeable {
    private static final Format FORMAT = Format.first(StoredBytes.class);

    StoredBytes(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private StoredBytes(Frame in) throws IOException {
        this(in.readVLong(), in.readVLong());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(profiles);
            out.writeVLong(items);
        }
    }

    /** Reads the sizes with the plugin's rights. An index that does not exist counts as 0 bytes. */
    static void of(String tracker, Client client, ActionListener<StoredBytes> listener) {
        IndicesStatsRequest request = new IndicesStatsRequest().clear().store(true).indicesOptions(IndicesOptions.lenientExpandHidden());
        request.indices(IndexNames.PROFILES.alias(tracker), IndexNames.ITEM_ROWS.alias(tracker));
        ActionListener<IndicesStatsResponse> read = ActionListener.map(listener, StoredBytes::of);
        new SystemDocuments(client).asPlugin(read, wrapped -> client.admin().indices().stats(request, wrapped));
    }

    private static StoredBytes of(IndicesStatsResponse stats) {
        long profiles = 0;
        long items = 0;
        for (IndexStats index : stats.getIndices().values()) {
            long bytes = index.getPrimaries().getStore() == null ? 0 : index.getPrimaries().getStore().sizeInBytes();
            if (IndexNames.PROFILES.contains(index.getIndex())) {
                profiles += bytes;
            } else {
                items += bytes;
            }
        }
        return new StoredBytes(profiles, items);
    }
}
