package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.HistoryEncoder;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.WeightedSum;

import java.util.function.Function;
import java.util.stream.IntStream;

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
        Function<float[][], HistoryEncoder> encoder = switch (model.encoder()) {
            case WeightedSum sum -> rows -> new WeightedSum(rows, sum.dimension(), sum.recencyDecay());
            case FoldIn solve -> rows -> new FoldIn(rows, vectors.length, solve.base(), solve.regularisation(), solve.recencyDecay());
            case NetworkEncoder network -> rows -> new NetworkEncoder(rows, network.layers(), network.map());
        };
        return new Factors(vectors, new NetworkEncoder(inputs, new OfBytes(encoder, model.dimension()), new float[0][]));
    }

    private static float factor(HistoryEncoder encoder, int item, float[] vector) {
        float squared = VectorUtil.dotProduct(vector, vector);
        return encoder instanceof WeightedSum sum && squared > 0 ? VectorUtil.dotProduct(sum.input(item), vector) / squared : 1;
    }

    /** Rounds the vectors of users. */
    private record OfBytes(Function<float[][], HistoryEncoder> exact, int dimension) implements NetworkEncoder.Layers {
        @Override
        public float[] vector(float[][] rows, WeightedHistory history) {
            WeightedHistory all = new WeightedHistory(
                IntStream.range(0, rows.length).toArray(),
                history.weights(),
                history.gaps(),
                history.actions()
            );
            return QuantisedRow.vector(QuantisedRow.ofItem(exact.apply(rows).vector(all), 1));
        }

        @Override
        public long ramBytesUsed() {
            return exact.apply(new float[0][]).ramBytesUsed();
        }
    }
}
