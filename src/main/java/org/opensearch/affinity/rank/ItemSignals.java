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

/** The signals of one search with the doc values of one index. Immutable. */
final class ItemSignals {
    static final ItemSignals NONE = new ItemSignals(List.of(), List.of(), 0);

    private final List<Signal> signals;
    private final List<IndexNumericFieldData> fields;
    private final long now;

    private ItemSignals(List<Signal> signals, List<IndexNumericFieldData> fields, long now) {
        this.signals = signals;
        this.fields = fields;
        this.now = now;
    }

    /**
     * Signals whose field this index does not have are left out: they are 0 for all of its documents.
     *
     * @throws IllegalArgumentException if a field is not numeric or has no doc values
     */
    static ItemSignals of(Scoring scoring, QueryShardContext context) {
        List<Signal> signals = new ArrayList<>();
        List<IndexNumericFieldData> fields = new ArrayList<>();
        for (Signal signal : scoring.signals()) {
            MappedFieldType type = context.fieldMapper(signal.field());
            if (type == null) {
                continue;
            }
            signals.add(signal);
            fields.add(values(signal, type, context));
        }
        return new ItemSignals(List.copyOf(signals), List.copyOf(fields), scoring.now());
    }

    private static IndexNumericFieldData values(Signal signal, MappedFieldType type, QueryShardContext context) {
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
        return new Leaf(fields.stream().map(field -> field.load(leaf).getDoubleValues()).toArray(SortedNumericDoubleValues[]::new));
    }

    /** Those of one segment; documents are asked for in ascending order. */
    final class Leaf {
        private final SortedNumericDoubleValues[] values;

        private Leaf(SortedNumericDoubleValues[] values) {
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
            SortedNumericDoubleValues of = values[number];
            if (of.advanceExact(doc) == false) {
                return 0;
            }
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = of.docValueCount(); i > 0; i--) {
                largest = of.nextValue();
            }
            Signal signal = signals.get(number);
            return (double) signal.weight() * signal.of(largest, now);
        }
    }
}
