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
 * The item tables of this node, one for each index of which it has the shard. OpenSearch puts a copy of them on every data
 * node; here each copy is followed as it is written, so what is published needs no refresh to be seen. Thread-safe.
 */
public final class ItemTables {
    private static final Logger LOGGER = LogManager.getLogger(ItemTables.class);

    private final Map<String, ItemTable> tables = new ConcurrentHashMap<>();
    private volatile Executor loader;

    /** To be called before the node opens indices. */
    public void loadWith(Executor executor) {
        loader = executor;
    }

    /** Follows an index if it is an item table. */
    public void listenTo(IndexModule module) {
        String name = module.getIndex().getName();
        if (IndexNames.ITEM_ROWS.contains(name) == false) {
            return;
        }
        ItemTable table = open(name, task -> loader.execute(task));
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
                loader.execute(() -> load(table, shard));
            }

            @Override
            public void afterIndexShardClosed(ShardId shardId, IndexShard shard, Settings settings) {
                tables.remove(name, table);
            }
        });
    }

    /** An empty table, in place of one of that name. */
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
            // A shard that closes meanwhile takes its table with it; what else is missing counts as not popular.
            LOGGER.warn("cannot read the item table {}", shard.shardId(), RedactedException.of(e));
        }
    }

    private static void update(ItemTable table, BytesReference source, long seqNo) {
        try {
            table.update(ItemRowIndex.row(source), seqNo);
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("cannot read a row of an item table", RedactedException.of(e));
        }
    }

    /** Null where this node has no copy. */
    public ItemTable find(String index) {
        return tables.get(index);
    }
}
