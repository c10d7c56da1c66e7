package org.opensearch.affinity.manage;

import org.opensearch.action.admin.indices.stats.IndexStats;
import org.opensearch.action.admin.indices.stats.IndicesStatsRequest;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.transport.client.Client;

import java.io.IOException;

/**
 * What a tracker takes on disk, in bytes of its primaries. What was written in the last seconds is not in it yet, and what was
 * deleted goes with the next merge.
 *
 * @param profiles with the progress of the slices, which is among them
 * @param items    the item table
 */
record StoredBytes(long profiles, long items) implements Writeable {
    StoredBytes(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(profiles);
        out.writeVLong(items);
    }

    /** Of the generation that is used. */
    static void of(String tracker, Client client, ActionListener<StoredBytes> listener) {
        IndicesStatsRequest request = new IndicesStatsRequest().clear().store(true);
        request.indices(IndexNames.PROFILES.alias(tracker), IndexNames.ITEM_ROWS.alias(tracker)).indicesOptions(IndicesOptions.lenientExpandHidden());
        new SystemDocuments(client).asPlugin(listener, wrapped -> client.admin().indices().stats(request, ActionListener.map(wrapped, stats -> {
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
        })));
    }
}
