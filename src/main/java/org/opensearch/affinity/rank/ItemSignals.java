package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.track.Signal;
import org.opensearch.index.fielddata.IndexNumericFieldData;
import org.opensearch.index.fielddata.SortedNumericDoubleValues;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.QueryShardContext;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The signals of one search with what an index, or the item table, has of its items. Immutable. */
final class ItemSignals {
    static final ItemSignals NONE = new ItemSignals(List.of(), List.of(), 0);

    /** Where the values of one signal come from. */
    private interface Source {
        Values of(LeafReaderContext leaf);
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
     * this node has no item table.
     *
     * @throws IllegalArgumentException if a field is not numeric or has no doc values
     */
    static ItemSignals of(Scoring scoring, QueryShardContext context, ItemTables tables) {
        List<Signal> signals = new ArrayList<>();
        List<Source> sources = new ArrayList<>();
        for (Signal signal : scoring.signals()) {
            Source source = switch (signal.shape()) {
                case POPULARITY -> popularity(scoring.table(), tables);
                case CHANCE -> chance(scoring.table(), tables);
                case SATURATION, DECAY -> field(signal, context);
            };
            if (source != null) {
                signals.add(signal);
                sources.add(source);
            }
        }
        return new ItemSignals(List.copyOf(signals), List.copyOf(sources), scoring.now());
    }

    private static Source popularity(Scoring.Table wanted, ItemTables tables) {
        ItemTable table = wanted == null ? null : tables.find(wanted.index());
        if (table == null) {
            return null;
        }
        ItemTable.Popularities popularities = table.in(wanted.contexts(), wanted.halfLife());
        return leaf -> {
            ItemTable.SegmentRows rows = table.of(leaf, wanted.idField());
            return doc -> popularities.of(rows.row(leaf, doc));
        };
    }

    private static Source chance(Scoring.Table wanted, ItemTables tables) {
        ItemTable table = wanted == null ? null : tables.find(wanted.index());
        if (table == null) {
            return null;
        }
        ItemTable.Popularities popularities = table.in(wanted.contexts(), wanted.halfLife());
        return leaf -> {
            ItemTable.SegmentRows rows = table.of(leaf, wanted.idField());
            return doc -> {
                int row = rows.row(leaf, doc);
                return (1 - popularities.of(row)) * table.chance(row, wanted.seed());
            };
        };
    }

    private static Source field(Signal signal, QueryShardContext context) {
        MappedFieldType type = context.fieldMapper(signal.field());
        if (type == null) {
            return null;
        }
        IndexNumericFieldData data = data(signal, type, context);
        return leaf -> {
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

    Leaf leaf(LeafReaderContext leaf) {
        return new Leaf(sources.stream().map(source -> source.of(leaf)).toArray(Values[]::new));
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

        /** A signal of a document, with its weight. Of several values the largest counts. */
        double part(int number, int doc) throws IOException {
            double value = values[number].of(doc);
            Signal signal = signals.get(number);
            return Double.isNaN(value) ? 0 : (double) signal.weight() * signal.of(value, now);
        }
    }
}
