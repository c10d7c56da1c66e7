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

/**
 * The trained models of which this node has a copy. A search reads the rows of its history's items, a few dozen, out of the
 * index itself. Thread-safe.
 */
public final class LocalModels {
    private static final Logger LOGGER = LogManager.getLogger(LocalModels.class);

    private final Map<String, IndexShard> copies = new ConcurrentHashMap<>();
    private final Map<String, Kept<Popularities>> popularities = new ConcurrentHashMap<>();
    private final Map<String, Kept<long[]>> known = new ConcurrentHashMap<>();

    /**
     * What was read of a model.
     *
     * @param reader of what: a model of the same name may come later, or the rest of one that was copied in part
     */
    private record Kept<T>(IndexReader.CacheKey reader, T value) {}

    /** Remembers an index's shard if it is a model. */
    public void listenTo(IndexModule module) {
        String name = module.getIndex().getName();
        if (IndexNames.MODELS.contains(name) == false) {
            return;
        }
        module.addIndexEventListener(new IndexEventListener() {
            @Override
            public void afterIndexShardStarted(IndexShard shard) {
                copies.put(name, shard);
            }

            @Override
            public void beforeIndexShardClosed(ShardId id, IndexShard shard, Settings settings) {
                if (shard != null) {
                    copies.remove(name, shard);
                    popularities.remove(name);
                    known.remove(name);
                }
            }
        });
    }

    /**
     * How well items go with a history.
     *
     * @param sums    by hash of the item the sum of weight and similarity over the history's items
     * @param content times the vector of an item that is not known, an estimate of that; empty for none
     * @param known   hashes of items of which it is known what they go with, ascending; none where content is empty
     */
    public record Near(ItemValues sums, float[] content, long[] known) {
        private static final Near NOTHING = new Near(new ItemValues(0), new float[0], new long[0]);

        /** Whether the sum tells, and be it that the item goes with nothing in the history. */
        public boolean knows(long item) {
            return content.length == 0 || sums.contains(item) || Arrays.binarySearch(known, item) >= 0;
        }
    }

    /**
     * What a model knows of a history. The first time that it estimates, the hashes of its items are read, 8 bytes an item
     * that stay on the heap.
     *
     * @param weights of the history's items
     * @return nothing where this node has no copy of the model, or cannot read it
     */
    public Near near(String model, List<String> history, float[] weights) {
        IndexShard shard = copies.get(model);
        if (shard == null) {
            return Near.NOTHING;
        }
        try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
            ItemValues sums = new ItemValues(1_000);
            float[] content = new float[0];
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                content = near(leaf.reader(), history, weights, sums, content);
            }
            return new Near(sums, content, content.length == 0 ? new long[0] : kept(known, model, searcher, LocalModels::known));
        } catch (IOException | RuntimeException e) {
            // It closes, or is broken: the search goes on without.
            LOGGER.debug("cannot read the model {}", shard.shardId(), RedactedException.of(e));
            return Near.NOTHING;
        }
    }

    /** @return the sum of content vectors, made when there is the first */
    private static float[] near(LeafReader leaf, List<String> history, float[] weights, ItemValues sums, float[] content) throws IOException {
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
            BytesRef neighbours = value(leaf, ModelIndex.NEIGHBOURS, doc);
            if (neighbours != null) {
                ModelIndex.unpack(neighbours, (hash, similarity) -> sums.add(hash, weight * similarity));
            }
            BytesRef packed = value(leaf, ModelIndex.CONTENT, doc);
            if (packed != null) {
                sum = sum.length == 0 ? new float[ModelIndex.dimension(packed)] : sum;
                ModelIndex.add(weight, packed, sum);
            }
        }
        return sum;
    }

    /** Null where there is none. Values are read forward only, and rows lie in the order in which they were written. */
    private static BytesRef value(LeafReader leaf, String field, int doc) throws IOException {
        BinaryDocValues values = leaf.getBinaryDocValues(field);
        return values != null && doc != DocIdSetIterator.NO_MORE_DOCS && values.advanceExact(doc) ? single(values.binaryValue()) : null;
    }

    /** Reads what is not kept yet; others that ask wait meanwhile. */
    private static <T> T kept(Map<String, Kept<T>> kept, String model, Engine.Searcher searcher, CheckedFunction<IndexReader, T, IOException> read) {
        IndexReader.CacheKey reader = searcher.getDirectoryReader().getReaderCacheHelper().getKey();
        Kept<T> known = kept.get(model);
        if (known != null && known.reader == reader) {
            return known.value;
        }
        return kept.compute(model, (name, last) -> {
            try {
                return last != null && last.reader == reader ? last : new Kept<>(reader, read.apply(searcher.getIndexReader()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).value;
    }

    /** Hashes of the items of which it is known what they go with, ascending. */
    private static long[] known(IndexReader reader) throws IOException {
        long[] known = new long[0];
        int size = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedNumericDocValues marked = leaf.reader().getSortedNumericDocValues(ModelIndex.KNOWN);
            SortedSetDocValues items = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
            while (marked != null && marked.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                if (items.advanceExact(marked.docID())) {
                    known = ArrayUtil.grow(known, size + 1);
                    known[size++] = ItemRow.hash(items.lookupOrd(items.nextOrd()));
                }
            }
        }
        known = ArrayUtil.copyOfSubArray(known, 0, size);
        Arrays.sort(known);
        return known;
    }

    /** A binary field keeps a count and each value behind its length. */
    private static BytesRef single(BytesRef values) {
        ByteArrayDataInput in = new ByteArrayDataInput(values.bytes, values.offset, values.length);
        in.readVInt();
        int length = in.readVInt();
        return new BytesRef(values.bytes, in.getPosition(), length);
    }

    /**
     * How popular each item is as the model has it, by hash: the signals of these names.
     */
    public record Popularities(ItemValues popularities, ItemValues allTime) {
        private static final Popularities NONE = new Popularities(new ItemValues(0), new ItemValues(0));
    }

    /**
     * What a model knows of popularity. For learning, which must not know what was popular later; kept on the heap from the
     * first time on, 46 to 70 bytes an item.
     */
    public Popularities popularities(String model) {
        IndexShard shard = copies.get(model);
        if (shard == null) {
            return Popularities.NONE;
        }
        try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
            return kept(
                popularities,
                model,
                searcher,
                reader -> new Popularities(signals(reader, ModelIndex.POPULARITY, ItemTable::popularity), signals(reader, ModelIndex.TOTAL, ItemTable::allTimePopularity))
            );
        }
    }

    /** @param signal of how many times as much as the mean an item has */
    private static ItemValues signals(IndexReader reader, String field, DoubleUnaryOperator signal) throws IOException {
        ItemValues signals = new ItemValues(0);
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedNumericDocValues values = leaf.reader().getSortedNumericDocValues(field);
            SortedSetDocValues items = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
            for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                if (values != null && values.advanceExact(doc) && items.advanceExact(doc)) {
                    signals.put(ItemRow.hash(items.lookupOrd(items.nextOrd())), NumericUtils.sortableIntToFloat((int) values.nextValue()));
                }
            }
        }
        double mean = signals.mean();
        signals.replaceAll(popularity -> popularity > 0 ? signal.applyAsDouble(popularity / mean) : 0);
        return signals;
    }
}
