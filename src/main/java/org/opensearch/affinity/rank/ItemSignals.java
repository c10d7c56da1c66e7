package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.item.ItemValues;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Signal.Shape;
import org.opensearch.common.util.CachedSupplier;
import org.opensearch.index.analysis.NamedAnalyzer;
import org.opensearch.index.fielddata.IndexNumericFieldData;
import org.opensearch.index.fielddata.SortedNumericDoubleValues;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.QueryShardContext;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The signals of one search with what an index, or the item table, has of its items. Immutable. */
public final class ItemSignals {
    static final ItemSignals NONE = new ItemSignals(List.of(), List.of(), 0);

    /** Where the values of one signal come from. */
    private interface Source {
        /** @param places of the same segment's items */
        Values of(LeafReaderContext leaf, SegmentSimilarities places) throws IOException;
    }

    /** The values of one segment; documents are asked for in ascending order. */
    private interface Values {
        /** Not a number where the document has none. */
        double of(int doc) throws IOException;
    }

    private final List<Signal> signals;
    private final List<Source> sources;
    private final long now;

    private ItemSignals(List<Signal> signals, List<Source> sources, long now) {
        this.signals = signals;
        this.sources = sources;
        this.now = now;
    }

    /**
     * Signals whose field this index does not have are left out: they are 0 for all of its documents. So is popularity where
     * this node has no item table, and what needs a model, a history or words of the query where there are none.
     *
     * @throws IllegalArgumentException if a field is not numeric or has no doc values
     */
    public static ItemSignals of(Scoring scoring, QueryShardContext context, RepeatItems own, RankNode node) {
        List<Signal> signals = new ArrayList<>();
        List<Source> sources = new ArrayList<>();
        for (Signal signal : scoring.signals()) {
            Source source = switch (signal.shape()) {
                case POPULARITY, ALL_TIME -> scoring.learning()
                    ? popularityOfModel(signal.shape(), scoring, node)
                    : popularity(signal.shape(), scoring.table(), node);
                case CHANCE -> chance(scoring.table(), node);
                case BEHAVIOUR -> behaviour(scoring, node);
                case SEEN -> (leaf, places) -> seen(own.leaf(leaf));
                case SEEN_LAST -> (leaf, places) -> own.leaf(leaf)::nearness;
                case MATCH -> match(signal, scoring.asked(), context);
                case MEANING -> meaning(scoring);
                case SATURATION, DECAY -> field(signal, context);
            };
            if (source != null || scoring.learning()) {
                signals.add(signal);
                sources.add(source != null ? source : (leaf, places) -> doc -> 0);
            }
        }
        return new ItemSignals(List.copyOf(signals), List.copyOf(sources), scoring.now());
    }

    private static Source popularity(Shape shape, Scoring.Table wanted, RankNode node) {
        ItemTable table = wanted == null ? null : node.tables().find(wanted.index());
        if (table == null) {
            return null;
        }
        ItemTable.Popularities popularities = table.in(wanted.contexts(), wanted.halfLife());
        return (leaf, places) -> {
            ItemHashes.Segment hashes = node.hashes().of(leaf, wanted.idField());
            return shape == Shape.ALL_TIME
                ? doc -> popularities.allTime(hashes.of(leaf, doc))
                : doc -> popularities.of(hashes.of(leaf, doc));
        };
    }

    private static Source chance(Scoring.Table wanted, RankNode node) {
        ItemTable table = wanted == null ? null : node.tables().find(wanted.index());
        if (table == null) {
            return null;
        }
        ItemTable.Popularities popularities = table.in(wanted.contexts(), wanted.halfLife());
        return (leaf, places) -> {
            ItemHashes.Segment hashes = node.hashes().of(leaf, wanted.idField());
            return doc -> {
                long item = hashes.of(leaf, doc);
                return Math.max(popularities.unknown(item) * ItemTable.chance(item, wanted.seed()), places.unknown(doc));
            };
        };
    }

    /** Of the model, for nobody may learn from what was popular later. */
    private static Source popularityOfModel(Shape shape, Scoring scoring, RankNode node) {
        if (scoring.model() == null || scoring.table() == null) {
            return null;
        }
        LocalModels.Popularities known = node.models().popularities(scoring.model().index());
        ItemValues popularities = shape == Shape.ALL_TIME ? known.allTime() : known.popularities();
        return (leaf, places) -> {
            ItemHashes.Segment hashes = node.hashes().of(leaf, scoring.table().idField());
            return doc -> popularities.get(hashes.of(leaf, doc));
        };
    }

    private static Source behaviour(Scoring scoring, RankNode node) {
        if (scoring.model() == null || scoring.history().isEmpty() || scoring.table() == null) {
            return null;
        }
        float[] weights = scoring.model().weights(scoring.history().size());
        // A search that finds nothing, or whose hits are fetched from elsewhere, needs none.
        CachedSupplier<LocalModels.HistorySimilarities> read = new CachedSupplier<>(
            () -> node.models().similarities(scoring.model().index(), scoring.history(), weights)
        );
        return (leaf, places) -> {
            LocalModels.HistorySimilarities near = read.get();
            ItemHashes.Segment hashes = node.hashes().of(leaf, scoring.table().idField());
            ItemVectorReader vectors = near.content().length == 0 ? null : ItemVectorReader.open(leaf, scoring.interests().field(), near.content().length);
            return doc -> {
                long item = hashes.of(leaf, doc);
                float sum = near.knows(item) ? near.sums().get(item) : estimate(near, vectors, doc);
                return Math.sqrt(Math.min(1, sum));
            };
        };
    }

    /** How an item that nobody took goes with the history, told by its content. */
    private static float estimate(LocalModels.HistorySimilarities near, ItemVectorReader vectors, int doc) throws IOException {
        float[] vector = vectors == null ? null : vectors.vector(doc);
        return vector == null ? 0 : Math.max(0, VectorUtil.dotProduct(near.content(), vector));
    }

    private static Values seen(RepeatItems.Leaf own) {
        return doc -> own.nearness(doc) > 0 ? 1 : 0;
    }

    private static Source match(Signal signal, QueryInput asked, QueryShardContext context) {
        MappedFieldType type = context.fieldMapper(signal.field());
        NamedAnalyzer analyzer = type == null ? null : type.getTextSearchInfo().getSearchAnalyzer();
        if (asked.text() == null || analyzer == null) {
            return null;
        }
        Collection<BytesRef> words = WordMatch.words(analyzer, signal.field(), asked.text());
        return (leaf, places) -> WordMatch.open(leaf, signal.field(), words)::of;
    }

    private static Source meaning(Scoring scoring) {
        float[] asked = scoring.asked().vector();
        if (asked.length == 0) {
            return null;
        }
        return (leaf, places) -> {
            ItemVectorReader vectors = ItemVectorReader.open(leaf, scoring.interests().field(), asked.length);
            return doc -> {
                float[] vector = vectors == null ? null : vectors.vector(doc);
                return vector == null ? 0 : Math.max(0, VectorUtil.dotProduct(asked, vector));
            };
        };
    }

    private static Source field(Signal signal, QueryShardContext context) {
        MappedFieldType type = context.fieldMapper(signal.field());
        if (type == null) {
            return null;
        }
        IndexNumericFieldData data = data(signal, type, context);
        return (leaf, places) -> {
            SortedNumericDoubleValues values = data.load(leaf).getDoubleValues();
            return doc -> largest(values, doc);
        };
    }

    private static double largest(SortedNumericDoubleValues values, int doc) throws IOException {
        if (values.advanceExact(doc) == false) {
            return Double.NaN;
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = values.docValueCount(); i > 0; i--) {
            largest = values.nextValue();
        }
        return largest;
    }

    private static IndexNumericFieldData data(Signal signal, MappedFieldType type, QueryShardContext context) {
        IllegalArgumentException refused = null;
        try {
            if (context.getForField(type) instanceof IndexNumericFieldData numeric) {
                return numeric;
            }
        } catch (IllegalArgumentException e) {
            refused = e;
        }
        String wanted = "] needs a numeric or date field with doc values, [" + signal.field() + "] is [" + type.typeName() + "]";
        throw new IllegalArgumentException("[affinity] signal [" + signal.name() + wanted, refused);
    }

    /** @param places of the same segment's items */
    Leaf leaf(LeafReaderContext leaf, SegmentSimilarities places) throws IOException {
        Values[] values = new Values[sources.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = sources.get(i).of(leaf, places);
        }
        return new Leaf(values);
    }

    /** Those of one segment; documents are asked for in ascending order. */
    final class Leaf {
        private final Values[] values;

        private Leaf(Values[] values) {
            this.values = values;
        }

        /** The weighted sum of a document's signals; 0 for what it has no value of. */
        double merit(int doc) throws IOException {
            double merit = 0;
            for (int i = 0; i < values.length; i++) {
                merit += part(i, doc);
            }
            return merit;
        }

        /** How many signals there are. */
        int size() {
            return values.length;
        }

        Signal signal(int number) {
            return signals.get(number);
        }

        /** A signal of a document, with its weight. */
        double part(int number, int doc) throws IOException {
            return (double) signals.get(number).weight() * value(number, doc);
        }

        /** A signal of a document, from 0 to 1. Of several values the largest counts. */
        float value(int number, int doc) throws IOException {
            double value = values[number].of(doc);
            return Double.isNaN(value) ? 0 : signals.get(number).of(value, now);
        }
    }
}
