package org.opensearch.affinity.rank;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.internal.hppc.LongFloatHashMap;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.opensearch.affinity.track.ItemRow;
import org.opensearch.affinity.track.ModelIndex;
import org.opensearch.affinity.track.Trace;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.IndexModule;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.shard.IndexEventListener;
import org.opensearch.index.shard.IndexShard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleUnaryOperator;

/**
 * The trained models of which this node has a copy. A search reads the rows of its history's items, a few dozen, out of the
 * index itself: nothing of a model lies on the heap. Thread-safe.
 */
public final class ModelCopies {
    private static final Logger LOGGER = LogManager.getLogger(ModelCopies.class);

    private final Map<String, IndexShard> copies = new ConcurrentHashMap<>();
    private final Map<String, Popularities> popularities = new ConcurrentHashMap<>();

    /** Remembers an index's shard if it is a model. */
    public void listenTo(IndexModule module) {
        String name = module.getIndex().getName();
        if (name.startsWith(ModelIndex.PREFIX) == false) {
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
                }
            }
        });
    }

    /**
     * How well items go with a history: by hash of the item the sum of weight and similarity over the history's items.
     *
     * @param weights of the history's items
     * @return empty where this node has no copy of the model, or cannot read it
     */
    LongFloatHashMap near(String model, List<String> history, float[] weights) {
        LongFloatHashMap sums = new LongFloatHashMap(1_000);
        IndexShard shard = copies.get(model);
        if (shard == null) {
            return sums;
        }
        try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                near(leaf.reader(), history, weights, sums);
            }
        } catch (IOException | RuntimeException e) {
            // It closes, or is broken: the search goes on without.
            LOGGER.debug("cannot read the model {}", shard.shardId(), Trace.of(e));
            sums.clear();
        }
        return sums;
    }

    private static void near(LeafReader leaf, List<String> history, float[] weights, LongFloatHashMap sums) throws IOException {
        Terms items = leaf.terms(ModelIndex.ITEM);
        if (items == null || leaf.getBinaryDocValues(ModelIndex.NEIGHBOURS) == null) {
            return;
        }
        TermsEnum terms = items.iterator();
        PostingsEnum postings = null;
        for (int i = 0; i < weights.length; i++) {
            if (terms.seekExact(new BytesRef(history.get(i))) == false) {
                continue;
            }
            postings = terms.postings(postings, PostingsEnum.NONE);
            int doc = postings.nextDoc();
            // Values are read forward only, and rows lie in the order in which they were written.
            BinaryDocValues own = leaf.getBinaryDocValues(ModelIndex.NEIGHBOURS);
            if (doc != DocIdSetIterator.NO_MORE_DOCS && own.advanceExact(doc)) {
                float weight = weights[i];
                ModelIndex.unpack(single(own.binaryValue()), (hash, similarity) -> sums.addTo(hash, weight * similarity));
            }
        }
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
    record Popularities(LongFloatHashMap popularities, LongFloatHashMap allTime) {
        private static final Popularities NONE = new Popularities(new LongFloatHashMap(), new LongFloatHashMap());
    }

    /**
     * What a model knows of popularity. For learning, which must not know what was popular later; kept on the heap from the
     * first time on, 24 bytes an item.
     */
    Popularities popularities(String model) {
        IndexShard shard = copies.get(model);
        if (shard == null) {
            return Popularities.NONE;
        }
        return popularities.computeIfAbsent(model, unread -> {
            try {
                return new Popularities(
                    signals(shard, ModelIndex.POPULARITY, ItemTable::saturated),
                    signals(shard, ModelIndex.TOTAL, ItemTable::allTime)
                );
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** @param signal of how many times as much as the mean an item has */
    private static LongFloatHashMap signals(IndexShard shard, String field, DoubleUnaryOperator signal) throws IOException {
        LongFloatHashMap signals = new LongFloatHashMap();
        double total = 0;
        try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                SortedNumericDocValues values = leaf.reader().getSortedNumericDocValues(field);
                SortedSetDocValues items = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
                for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                    if (values != null && values.advanceExact(doc) && items.advanceExact(doc)) {
                        float popularity = NumericUtils.sortableIntToFloat((int) values.nextValue());
                        signals.put(ItemRow.hash(items.lookupOrd(items.nextOrd())), popularity);
                        total += popularity;
                    }
                }
            }
        }
        double mean = total / Math.max(1, signals.size());
        for (LongFloatHashMap.LongFloatCursor entry : signals) {
            signals.values[entry.index] = entry.value > 0 ? (float) signal.applyAsDouble(entry.value / mean) : 0;
        }
        return signals;
    }
}
