package org.opensearch.affinity.item;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.IndexModule;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.mapper.SeqNoFieldMapper;
import org.opensearch.index.mapper.SourceFieldMapper;
import org.opensearch.index.shard.IndexEventListener;
import org.opensearch.index.shard.IndexShard;
import org.opensearch.index.shard.IndexingOperationListener;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The item tables of this node, one for each index of item rows of which the node has a copy. OpenSearch puts a copy of these
 * indices on every data node. An item table is filled from the node's copy when its shard starts and updated with each row that is
 * written to it, so it needs no refresh of the index. Thread-safe.
 */
public final class ItemTables {
    private static final Logger LOGGER = LogManager.getLogger(ItemTables.class);

    private final Map<String, ItemTable> tables = new ConcurrentHashMap<>();
    private volatile Executor loader;

    /** Sets the executor that reads rows and computes popularities. Must be called before the node opens indices. */
    public void loadWith(Executor executor) {
        loader = executor;
    }

    /** Opens an item table for an index of item rows and keeps it up to date. Other indices are ignored. */
    public void listenTo(IndexModule module) {
        String name = module.getIndex().getName();
        if (IndexNames.ITEM_ROWS.contains(name) == false) {
            return;
        }
        // A module is also made to verify a mapping or settings, and then no shard starts: the table in use must stay.
        ItemTable table = new ItemTable(task -> loader.execute(task));
        module.addIndexOperationListener(new IndexingOperationListener() {
            @Override
            public void postIndex(ShardId shard, Engine.Index index, Engine.IndexResult result) {
                if (result.getResultType() == Engine.Result.Type.SUCCESS) {
                    update(table, index.source(), result.getSeqNo());
                }
            }
        });
        module.addIndexEventListener(new IndexEventListener() {
            @Override
            public void afterIndexShardStarted(IndexShard shard) {
                tables.put(name, table);
                loader.execute(() -> load(table, shard));
            }

            @Override
            public void afterIndexShardClosed(ShardId shardId, IndexShard shard, Settings settings) {
                tables.remove(name, table);
            }
        });
    }

    /**
     * Opens an empty item table, in place of an earlier one of the index.
     *
     * @param executor computes the popularities
     */
    public ItemTable open(String index, Executor executor) {
        ItemTable table = new ItemTable(executor);
        tables.put(index, table);
        return table;
    }

    private static void load(ItemTable table, IndexShard shard) {
        try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                Bits live = leaf.reader().getLiveDocs();
                StoredFields stored = leaf.reader().storedFields();
                NumericDocValues seqNos = leaf.reader().getNumericDocValues(SeqNoFieldMapper.NAME);
                for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                    BytesRef source = live == null || live.get(doc)
                        ? stored.document(doc, Set.of(SourceFieldMapper.NAME)).getBinaryValue(SourceFieldMapper.NAME)
                        : null;
                    if (source != null && seqNos != null && seqNos.advanceExact(doc)) {
                        update(table, new BytesArray(source), seqNos.longValue());
                    }
                }
            }
        } catch (Exception e) {
            // If the shard was closed meanwhile, its table was removed as well. Otherwise the rows that were not read count as not liked.
            LOGGER.warn("cannot read the item rows of {}", shard.shardId(), RedactedException.of(e));
        }
    }

    private static void update(ItemTable table, BytesReference source, long seqNo) {
        try {
            table.update(ItemRowIndex.row(source), seqNo);
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("cannot decode an item row", RedactedException.of(e));
        }
    }

    /** The item table of an index of item rows; null if this node has no copy of the index. */
    public ItemTable find(String index) {
        return tables.get(index);
    }
}
