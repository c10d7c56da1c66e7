package org.opensearch.affinity.model;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.item.ItemValues;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.common.CheckedFunction;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.IndexModule;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.shard.IndexEventListener;
import org.opensearch.index.shard.IndexShard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/**
 * The trained models of which this node has a copy. A search reads the rows of its history's items, a few dozen, from the index.
 * Thread-safe.
 */
public final class LocalModels {
    private static final Logger LOGGER = LogManager.getLogger(LocalModels.class);
    private static final int EXPECTED_NEIGHBOURS = 1_000;

    private final Map<String, IndexShard> shards = new ConcurrentHashMap<>();
    private final Map<String, Cached<Popularities>> popularities = new ConcurrentHashMap<>();
    private final Map<String, Cached<long[]>> knownItems = new ConcurrentHashMap<>();
    private final Map<String, OpenModel> open = new ConcurrentHashMap<>();

    /**
     * A value that was read from a model.
     *
     * @param reader key of the reader that it was read with: the index may be replaced by another one of the same name
     */
    private record Cached<T>(IndexReader.CacheKey reader, T value) {}

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
                    knownItems.remove(name);
                    open.computeIfPresent(name, LocalModels::close);
                }
            }
        });
    }

    /**
     * The similarities of items to a history.
     *
     * @param sums    by hash of the item, the sum of weight times similarity over the history's items
     * @param content vector whose dot product with the unit vector of an unknown item estimates its sum; of any length; empty for
     *                no estimates
     * @param known   ascending hashes of the items with known similarities; empty if there are no estimates
     */
    public record HistorySimilarities(ItemValues sums, float[] content, long[] known) {
        private static final HistorySimilarities NONE = new HistorySimilarities(new ItemValues(0), new float[0], new long[0]);

        /** Whether the sum of an item is known, which may be 0; an estimate replaces an unknown one. */
        public boolean knows(long item) {
            return content.length == 0 || sums.contains(item) || Arrays.binarySearch(known, item) >= 0;
        }
    }

    /**
     * Returns the similarities of items to a history; none if this node has no copy of the model or cannot read it. The first
     * estimate by a model reads the hashes of its items, which stay on the heap with eight bytes per item.
     *
     * @param model   name of its index
     * @param history item ids
     * @param weights of the history's items
     */
    public HistorySimilarities similarities(String model, List<String> history, float[] weights) {
        IndexShard shard = shards.get(model);
        if (shard == null) {
            return HistorySimilarities.NONE;
        }
        try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
            ItemValues sums = new ItemValues(EXPECTED_NEIGHBOURS);
            float[] content = new float[0];
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                content = addRows(leaf.reader(), history, weights, sums, content);
            }
            long[] known = content.length == 0 ? new long[0] : cached(knownItems, model, searcher, LocalModels::knownItems);
            return new HistorySimilarities(sums, content, known);
        } catch (IOException | RuntimeException e) {
            // The shard may be closing. The search continues without the model.
            LOGGER.debug("cannot read the model {}", shard.shardId(), RedactedException.of(e));
            return HistorySimilarities.NONE;
        }
    }

    /**
     * Returns the ids of the items with the largest sums of a history's similarities, best first; none if this node has no copy of the
     * model or cannot read it.
     *
     * @param near of the same model
     * @param most largest number of ids
     */
    public Stream<BytesRef> mostSimilar(String model, HistorySimilarities near, int most) {
        IndexShard shard = shards.get(model);
        if (shard == null) {
            return Stream.empty();
        }
        try {
            OpenModel opened = open(model, shard);
            return opened == null ? Stream.empty() : opened.idsOf(near.sums().largest(most));
        } catch (RuntimeException e) {
            LOGGER.debug("cannot read the items of the model {}", shard.shardId(), RedactedException.of(e));
            return Stream.empty();
        }
    }

    /**
     * Returns the scores of a model's items for a history by a part with item vectors; none if this node has no copy of the model or cannot
     * read it, or the model has no such part. The first call for a model reads the hashes of its items, which stay on the heap with 12
     * bytes per item.
     *
     * @param model   name of its index
     * @param history item ids, newest first
     */
    public PartScores scores(String model, String part, List<String> history) {
        IndexShard shard = shards.get(model);
        if (shard == null) {
            return PartScores.NONE;
        }
        try {
            OpenModel opened = open(model, shard);
            return opened == null ? PartScores.NONE : opened.scores(part, history);
        } catch (IOException | RuntimeException e) {
            LOGGER.debug("cannot read the part [{}] of the model {}", part, shard.shardId(), RedactedException.of(e));
            return PartScores.NONE;
        }
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
                return OpenModel.of(shard.acquireSearcher("affinity"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Returns null, to remove the model. */
    private static OpenModel close(String name, OpenModel model) {
        model.close();
        return null;
    }

    /** Adds the rows of the history's items, and returns the sum of their content vectors, which is created with the first one. */
    private static float[] addRows(LeafReader leaf, List<String> history, float[] weights, ItemValues sums, float[] content)
        throws IOException {
        Terms items = leaf.terms(ModelIndex.ITEM);
        if (items == null) {
            return content;
        }
        float[] sum = content;
        TermsEnum terms = items.iterator();
        PostingsEnum postings = null;
        for (int i = 0; i < weights.length; i++) {
            if (terms.seekExact(new BytesRef(history.get(i))) == false) {
                continue;
            }
            postings = terms.postings(postings, PostingsEnum.NONE);
            int doc = postings.nextDoc();
            float weight = weights[i];
            BytesRef neighbours = binaryValue(leaf, ModelIndex.NEIGHBOURS, doc);
            if (neighbours != null) {
                ModelIndex.unpack(neighbours, (hash, similarity) -> sums.add(hash, weight * similarity));
            }
            BytesRef packed = binaryValue(leaf, ModelIndex.CONTENT, doc);
            if (packed != null) {
                sum = sum.length == 0 ? new float[ModelIndex.dimension(packed)] : sum;
                ModelIndex.add(weight, packed, sum);
            }
        }
        return sum;
    }

    /** Returns null for a document without a value. Opens new doc values, because they are read forward only. */
    private static BytesRef binaryValue(LeafReader leaf, String field, int doc) throws IOException {
        BinaryDocValues values = leaf.getBinaryDocValues(field);
        return values != null && doc != DocIdSetIterator.NO_MORE_DOCS && values.advanceExact(doc) ? single(values.binaryValue()) : null;
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

    /** Returns the ascending hashes of the items with known similarities. */
    private static long[] knownItems(IndexReader reader) throws IOException {
        long[] hashes = new long[0];
        int size = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedNumericDocValues known = leaf.reader().getSortedNumericDocValues(ModelIndex.KNOWN);
            SortedSetDocValues items = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
            while (known != null && known.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                if (items.advanceExact(known.docID())) {
                    hashes = ArrayUtil.grow(hashes, size + 1);
                    hashes[size++] = ItemRow.hash(items.lookupOrd(items.nextOrd()));
                }
            }
        }
        hashes = ArrayUtil.copyOfSubArray(hashes, 0, size);
        Arrays.sort(hashes);
        return hashes;
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
     * events. It is read by the first call and stays on the heap with 46 to 70 bytes per item. Returns none if this node has no copy
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
