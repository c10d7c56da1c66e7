package org.opensearch.affinity.model;

import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.HistoryEncoder;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.WeightedSum;

/** What a model with item vectors is in a node: rows of a byte a dimension, from which users' vectors are made, which then have bytes, too. */
public final class ByteRows {
    private ByteRows() {}

    /** Returns the model with all vectors rounded to bytes. Its vectors take as much heap as before. */
    public static Factors of(Factors model) {
        float[][] vectors = new float[model.items()][];
        float[][] inputs = new float[model.items()][];
        for (int item = 0; item < vectors.length; item++) {
            byte[] row = QuantisedRow.ofItem(model.vector(item), factor(model.encoder(), item, model.vector(item)));
            vectors[item] = QuantisedRow.vector(row);
            inputs[item] = QuantisedRow.input(row);
        }
        HistoryEncoder encoder = switch (model.encoder()) {
            case WeightedSum sum -> new WeightedSum(inputs, sum.dimension(), sum.recencyDecay());
            case FoldIn solve -> new FoldIn(inputs, inputs.length, solve.base(), solve.regularisation(), solve.recencyDecay());
            case NetworkEncoder network -> throw new IllegalArgumentException("networks have no rows of bytes");
        };
        return new Factors(vectors, new OfBytes(encoder));
    }

    private static float factor(HistoryEncoder encoder, int item, float[] vector) {
        float squared = VectorUtil.dotProduct(vector, vector);
        return encoder instanceof WeightedSum sum && squared > 0 ? VectorUtil.dotProduct(sum.input(item), vector) / squared : 1;
    }

    /** Rounds the vectors of users. */
    private record OfBytes(HistoryEncoder exact) implements NetworkEncoder {
        @Override
        public int dimension() {
            return exact.dimension();
        }

        @Override
        public float[] vector(WeightedHistory history) {
            return QuantisedRow.vector(QuantisedRow.ofItem(exact.vector(history), 1));
        }

        @Override
        public long ramBytesUsed() {
            return RamUsageEstimator.shallowSizeOf(this) + exact.ramBytesUsed();
        }
    }
}
