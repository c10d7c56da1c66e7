package org.opensearch.affinity.item;

import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The index of a tracker's item rows: {@code .affinity-items-<tracker>}, an alias of a system index with one document for each item
 * that has events. The index has one shard and a copy on every data node, from which {@link ItemTables} fills the node's item
 * table. Thread-safe.
 */
public final class ItemRowIndex {
    /**
     * A row with the version of the document that it was read from.
     *
     * @param seqNo       sequence number of that document; 0 for a new row
     * @param primaryTerm primary term of that document; 0 for a new row
     * @param isNew       whether the item has no document yet
     */
    public record Stored(ItemRow row, long seqNo, long primaryTerm, boolean isNew) {}

    private final SystemDocuments documents;

    public ItemRowIndex(Client client) {
        documents = new SystemDocuments(client);
    }

    /**
     * Creates the index of a generation unless it exists.
     *
     * @param live whether the generation is the one in use
     */
    public void create(String tracker, int generation, boolean live, ActionListener<Void> listener) {
        Settings settings = Settings.builder().put("index.auto_expand_replicas", "0-all").build();
        List<Alias> aliases = ProfileGenerations.names(tracker, generation, live)
            .stream()
            .map(name -> new Alias(IndexNames.ITEM_ROWS.alias(name)).writeIndex(true))
            .toList();
        documents.create(IndexNames.ITEM_ROWS.ofGeneration(tracker, generation), aliases, settings, mapping(), listener);
    }

    private static XContentBuilder mapping() {
        try {
            XContentBuilder mapping = XContentFactory.jsonBuilder().startObject().field("dynamic", "strict").startObject("properties");
            mapping.startObject("item").field("type", "keyword").field("ignore_above", 8191).endObject();
            mapping.startObject("popularity").field("type", "double").endObject();
            mapping.startObject("time").field("type", "date").field("format", "epoch_millis").endObject();
            mapping.startObject("row").field("type", "binary").endObject();
            return mapping.endObject().endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the rows of items and answers with them in the order of the items, on the thread pool of followers; an item without a stored
     * row gets a new one.
     */
    public void load(String tracker, Collection<String> items, ActionListener<List<Stored>> listener) {
        List<String> ids = items.stream().map(item -> SystemDocuments.id("item:", item)).toList();
        String index = IndexNames.ITEM_ROWS.alias(tracker);
        documents.getMany(index, ids, id -> true, ReadEventsAction.THREAD_POOL, ActionListener.map(listener, found -> {
            List<Stored> rows = new ArrayList<>(found.size());
            int i = 0;
            for (String item : items) {
                GetResponse document = found.get(i++);
                rows.add(
                    document.isExists()
                        ? new Stored(row(document.getSourceAsBytesRef()), document.getSeqNo(), document.getPrimaryTerm(), false)
                        : new Stored(new ItemRow(item), 0, 0, true)
                );
            }
            return rows;
        }));
    }

    /** Decodes the row in the source of a document of the index. */
    public static ItemRow row(BytesReference source) throws IOException {
        Object row = XContentHelper.convertToMap(source, false, XContentType.CBOR).v2().get("row");
        return SystemDocuments.read(row, ItemRow::new);
    }

    /**
     * Writes rows over the document versions that they were read from. If one write fails, for example because another node changed
     * the document meanwhile, the listener is failed; the other rows may have been written.
     */
    public void save(String tracker, List<Stored> rows, ActionListener<Void> listener) {
        documents.index(rows, stored -> request(tracker, stored), listener);
    }

    private static IndexRequest request(String tracker, Stored stored) throws IOException {
        ItemRow row = stored.row();
        XContentBuilder source = SystemDocuments.source().field("item", row.item());
        source.field("popularity", row.weight()).field("time", row.time());
        SystemDocuments.write(source, "row", row);
        IndexRequest request = new IndexRequest(IndexNames.ITEM_ROWS.alias(tracker)).id(SystemDocuments.id("item:", row.item())).setRequireAlias(true);
        request.source(source.endObject());
        return SystemDocuments.ifUnchanged(request, stored.isNew(), stored.seqNo(), stored.primaryTerm());
    }
}
