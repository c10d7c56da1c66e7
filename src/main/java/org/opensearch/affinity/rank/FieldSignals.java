package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Signal;
import org.opensearch.index.fielddata.IndexNumericFieldData;
import org.opensearch.index.fielddata.SortedNumericDoubleValues;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.QueryShardContext;

import java.io.IOException;

/** The signals that a tracker defines from numeric and date fields of its items. */
final class FieldSignals {
    private FieldSignals() {}

    /**
     * The field's value; of several values the largest.
     *
     * @return null if the index has no such field
     * @throws IllegalArgumentException if the field is neither numeric nor a date, or has no doc values
     */
    static SignalSource of(Signal signal, QueryShardContext context) {
        MappedFieldType type = context.fieldMapper(signal.field());
        if (type == null) {
            return null;
        }
        IndexNumericFieldData data = data(signal, type, context);
        return items -> {
            SortedNumericDoubleValues values = data.load(items.leaf()).getDoubleValues();
            return doc -> largest(values, doc);
        };
    }

    private static double largest(SortedNumericDoubleValues values, int doc) throws IOException {
        if (values.advanceExact(doc) == false) {
            return SignalSource.MISSING;
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = values.docValueCount(); i > 0; i--) {
            // Values are in ascending order.
            largest = values.nextValue();
        }
        return largest;
    }

    private static IndexNumericFieldData data(Signal signal, MappedFieldType type, QueryShardContext context) {
        IllegalArgumentException cause = null;
        try {
            if (context.getForField(type) instanceof IndexNumericFieldData numeric) {
                return numeric;
            }
        } catch (IllegalArgumentException e) {
            cause = e;
        }
        String required = "] needs a numeric or date field with doc values, [" + signal.field() + "] is [" + type.typeName() + "]";
        throw new IllegalArgumentException("[affinity] signal [" + signal.name() + required, cause);
    }
}
