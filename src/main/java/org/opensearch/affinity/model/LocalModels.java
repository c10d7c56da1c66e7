package org.opensearch.affinity.model;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.item.ItemValues;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.CheckedFunction;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.IndexModule;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.shard.IndexEventListener;
import org.opensearch.index.shard.IndexShard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.DoubleUnaryOperator;

/**
 * The trained models of which this node has a copy. Thread-safe.
 */
public final class LocalModels {
    private static final Logger LOGGER = LogManager.getLogger(LocalModels.class);

    private final HistoryMeter meter = new HistoryMeter();
    private final Map<String, IndexShard> shards = new ConcurrentHashMap<>();
    private final Map<String, Cached<Popularities>> popularities = new ConcurrentHashMap<>();
    private final Map<String, OpenModel> open = new ConcurrentHashMap<>();

    /**
     * A value that was read from a model.
     *
     * @param reader key of the reader that it was read with: the index may be replaced by another one of the same name
     */
    private record Cached<T>(IndexReader.CacheKey reader, T value) {}

    /** Counters of this node's searches. */
    public HistoryMeter meter() {
        return meter;
    }

    /** Registers the shards of model indices. */
    public void listenTo(IndexModule module) {
        String name = module.getIndex().getName();
        if (IndexNames.MODELS.contains(name) == false) {
            return;
        }
        module.addIndexEventListener(new IndexEventListener() {
            @Override
            public void afterIndexShardStarted(IndexShard shard) {
                shards.put(name, shard);
            }

            @Override
            public void beforeIndexShardClosed(ShardId id, IndexShard shard, Settings settings) {
                if (shard != null) {
                    shards.remove(name, shard);
                    popularities.remove(name);
                    open.computeIfPresent(name, LocalModels::close);
                }
            }
        });
    }

    /**
     * Returns this node's copy of a model; null if there is none, or it cannot be read. The first call for a model reads the hashes of its
     * items, which stay on the heap with 12 bytes per item.
     *
     * @param model name of its index
     */
    public OpenModel open(String model) {
        IndexShard shard = shards.get(model);
        try {
            return shard == null ? null : open(model, shard);
        } catch (RuntimeException e) {
            // The shard may be closing. The search continues without the model.
            LOGGER.debug("cannot read the model {}", shard.shardId(), RedactedException.of(e));
            return null;
        }
    }

    /**
     * Opens in the background the active models of which this node has a copy, so that no search waits for it. To be called when the cluster
     * state changes.
     */
    public void openActive(ClusterState state, Executor executor) {
        for (String model : ActiveModels.of(state).indices()) {
            if (shards.containsKey(model) && isOpen(model) == false) {
                try {
                    executor.execute(() -> open(model));
                } catch (OpenSearchRejectedExecutionException e) {
                    LOGGER.debug("the node is shutting down");
                }
            }
        }
    }

    /** Whether this node's copy of a model is open. */
    public boolean isOpen(String model) {
        return open.containsKey(model);
    }

    /** Null if the shard is being closed. */
    private OpenModel open(String model, IndexShard shard) {
        OpenModel opened = open.get(model);
        if (opened != null) {
            return opened;
        }
        return open.computeIfAbsent(model, name -> {
            if (shards.get(name) != shard) {
                return null; // or nobody would close it
            }
            try {
                return OpenModel.of(shard.acquireSearcher("affinity"), meter);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Returns null, to remove the model. */
    private static OpenModel close(String name, OpenModel model) {
        model.decRef();
        return null;
    }

    /** Returns the only value of a field of type {@code binary}, which stores the number of values, and each one after its length. */
    static BytesRef single(BytesRef values) {
        ByteArrayDataInput in = new ByteArrayDataInput(values.bytes, values.offset, values.length);
        in.readVInt();
        int length = in.readVInt();
        return new BytesRef(values.bytes, in.getPosition(), length);
    }

    /** Returns the cached value of a model, or reads it. Concurrent calls for one model wait for the first. */
    private static <T> T cached(
        Map<String, Cached<T>> cache,
        String model,
        Engine.Searcher searcher,
        CheckedFunction<IndexReader, T, IOException> read
    ) {
        IndexReader.CacheKey reader = searcher.getDirectoryReader().getReaderCacheHelper().getKey();
        Cached<T> cached = cache.get(model);
        if (cached != null && cached.reader == reader) {
            return cached.value;
        }
        return cache.compute(model, (name, last) -> {
            try {
                return last != null && last.reader == reader ? last : new Cached<>(reader, read.apply(searcher.getIndexReader()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).value;
    }

    /**
     * The popularity of a model's items, by hash.
     *
     * @param popularities values of the signal {@code popularity}, from 0 to 1
     * @param allTime      values of the signal {@code popularity_all_time}, from 0 to 1
     */
    public record Popularities(ItemValues popularities, ItemValues allTime) {
        private static final Popularities NONE = new Popularities(new ItemValues(0), new ItemValues(0));
    }

    /**
     * Returns the popularity of a model's items. Weights are learned with it instead of the present popularity, which includes later
     * events. It is read by the first call and stays on the heap with 34 to 48 bytes per item. Returns none if this node has no copy
     * of the model.
     *
     * @param model name of its index
     * @throws UncheckedIOException if the model cannot be read
     */
    public Popularities popularities(String model) {
        IndexShard shard = shards.get(model);
        if (shard == null) {
            return Popularities.NONE;
        }
        try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
            return cached(popularities, model, searcher, LocalModels::popularities);
        }
    }

    private static Popularities popularities(IndexReader reader) throws IOException {
        ItemValues popularities = signal(reader, ModelIndex.POPULARITY, ItemTable::popularity);
        return new Popularities(popularities, signal(reader, ModelIndex.TOTAL, ItemTable::allTimePopularity));
    }

    /** @param function from an item's weight, as a multiple of the mean weight, to the signal */
    private static ItemValues signal(IndexReader reader, String field, DoubleUnaryOperator function) throws IOException {
        ItemValues signal = new ItemValues(0);
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedNumericDocValues weights = leaf.reader().getSortedNumericDocValues(field);
            SortedSetDocValues items = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
            for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                if (weights != null && weights.advanceExact(doc) && items.advanceExact(doc)) {
                    float weight = NumericUtils.sortableIntToFloat((int) weights.nextValue());
                    signal.put(ItemRow.hash(items.lookupOrd(items.nextOrd())), weight);
                }
            }
        }
        double mean = signal.mean();
        signal.replaceAll(weight -> weight > 0 ? function.applyAsDouble(weight / mean) : 0);
        return signal;
    }
}
