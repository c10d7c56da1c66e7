package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.rank.interest.SegmentSimilarities;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.shape.MeritShape;
import org.opensearch.common.lease.Releasable;
import org.opensearch.index.query.QueryShardContext;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The signals of one search on one shard, with the sources of their values and the shape of their sum. Immutable. */
public final class ItemSignals {
    private final List<Signal> signals;
    private final List<SignalSource> sources;
    private final ModelSignals model;
    private final ConceptSignals concepts;
    private final MeritShape.Bound shape;
    private final double[] weights;
    private final Scoring scoring;
    private final ItemHashes hashes;

    private ItemSignals(List<Signal> signals, List<SignalSource> sources, ModelSignals model, Scoring scoring, ItemHashes hashes) {
        this.signals = signals;
        this.sources = sources;
        this.model = model;
        concepts = model.concepts();
        this.scoring = scoring;
        this.hashes = hashes;
        List<String> names = new ArrayList<>(List.of(MeritShape.AFFINITY));
        signals.forEach(signal -> names.add(signal.name()));
        shape = scoring.shape().bind(names);
        weights = signals.stream().mapToDouble(Signal::weight).toArray();
    }

    /**
     * The signals that have a source here. Others are left out, which is the same as 0 for all documents: signals whose field the index
     * does not have, popularity on a node without the item table, signals that need a model, a history or a query text that the search does
     * not have. When signals are logged, all are kept.
     *
     * @param context may be null if no signal reads a field
     * @throws IllegalArgumentException if a signal's field is not numeric or has no doc values
     */
    public static ItemSignals of(Scoring scoring, QueryShardContext context, RepeatItems repeatItems, RankNode node) {
        List<Signal> signals = new ArrayList<>();
        List<SignalSource> sources = new ArrayList<>();
        ModelSignals model = new ModelSignals(scoring, node);
        for (Signal signal : scoring.signals()) {
            SignalSource source = source(signal, scoring, context, repeatItems, model, node);
            if (source != null || scoring.logsSignals()) {
                signals.add(signal);
                sources.add(source != null ? source : items -> doc -> 0);
            }
        }
        return new ItemSignals(List.copyOf(signals), List.copyOf(sources), model, scoring, node.hashes());
    }

    /** Curves and products by position, affinity at 0 and the signals after it. */
    MeritShape.Bound shape() {
        return shape;
    }

    /** Null if the signal is 0 for all documents of the shard. */
    private static SignalSource source(
        Signal signal,
        Scoring scoring,
        QueryShardContext context,
        RepeatItems repeatItems,
        ModelSignals model,
        RankNode node
    ) {
        return switch (signal.shape()) {
            case POPULARITY, ALL_TIME -> scoring.logsSignals()
                ? model.popularity(signal.shape())
                : ItemTableSignals.popularity(signal.shape(), scoring.itemTable(), node);
            case CHANCE -> ItemTableSignals.exploration(scoring.itemTable(), node);
            case NEIGHBOURS -> model.neighbours();
            case GRAPH, FACTORS, ATTENTION, VAE, CONCEPTS, SEGMENTS -> model.part(signal.name());
            case RATINGS -> model.ratings();
            case SEEN -> repeatItems.seen();
            case SEEN_LAST -> repeatItems.recency();
            case MATCH -> QuerySignals.match(signal, scoring.query(), context);
            case MEANING -> QuerySignals.meaning(scoring.query());
            case SATURATION, DECAY -> FieldSignals.of(signal, context);
        };
    }

    /**
     * Keeps this node's copy of the model open until the result is closed, if a signal reads one, so that all documents that are scored meanwhile
     * are scored by it.
     */
    public Releasable hold() {
        return model.hold();
    }

    /**
     * The ids of the items that one part of the model ranks first for the history, best first.
     *
     * @param signal of a part
     * @param most   largest number of ids
     */
    public Stream<BytesRef> best(Signal signal, int most) throws IOException {
        return model.best(signal, most);
    }

    /** Warns of signals that are 0 for all items because the active model lacks a part. */
    public void warn() {
        model.warn();
    }

    /**
     * The items of one segment.
     *
     * @param similarities of the same segment's documents
     */
    SegmentItems items(LeafReaderContext leaf, SegmentSimilarities similarities) {
        String idField = scoring.itemTable() == null ? null : scoring.itemTable().idField();
        return new SegmentItems(leaf, similarities, hashes, idField, model::copy);
    }

    /** Opens the concepts of one segment's items; null if none counts. */
    ConceptSignals.Segment concepts(SegmentItems items) {
        return concepts == null ? null : concepts.open(items);
    }

    /** Opens the signals of one segment. */
    Segment segment(SegmentItems items) throws IOException {
        SignalSource.Values[] values = new SignalSource.Values[sources.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = sources.get(i).open(items);
        }
        return new Segment(values);
    }

    /** The signals of one segment's documents, which must be passed in ascending order. Not thread-safe. */
    final class Segment {
        private final SignalSource.Values[] values;

        private Segment(SignalSource.Values[] values) {
            this.values = values;
        }

        /**
         * The sum of weight times value over all signals of a document, each value with its curve.
         *
         * @param plain gets the values without their curves, from position 1, if there are curves or products
         */
        double weightedSum(int doc, double[] plain) throws IOException {
            double sum = 0;
            if (shape.isLinear()) {
                for (int i = 0; i < values.length; i++) {
                    sum += weights[i] * value(i, doc);
                }
                return sum;
            }
            for (int i = 0; i < values.length; i++) {
                float value = value(i, doc);
                plain[1 + i] = value;
                sum += weighted(i, value);
            }
            return sum;
        }

        /** Number of signals. */
        int size() {
            return values.length;
        }

        /** A signal with its weight; the index is from 0. */
        Signal signal(int index) {
            return signals.get(index);
        }

        /** Weight times value of one signal, with its curve. */
        double weighted(int index, float value) {
            return weights[index] * shape.curved(1 + index, value);
        }

        /** What items of the user's history add to the value of one signal, see {@link SignalSource.Values#shares}. */
        List<SignalScorer.HistoryShare> shares(int index, int doc) throws IOException {
            return values[index].shares(doc);
        }

        /** The value of one signal of a document, from 0 to 1; 0 if the document has none. */
        float value(int index, int doc) throws IOException {
            double value = values[index].of(doc);
            return Double.isNaN(value) ? 0 : signals.get(index).of(value, scoring.now());
        }
    }
}
