package org.opensearch.affinity.learn;

import org.apache.lucene.util.VectorUtil;

import java.util.List;

/**
 * A vector per item and an encoder that makes a user's vector of a history: {@code score(j) = encoder(history) · vector(j)}.
 */
public final class Factors implements InterestModel {
    private final float[][] vectors;
    private final HistoryEncoder encoder;

    /** @param vectors by item, of the encoder's dimension, of any length; kept, not copied */
    public Factors(float[][] vectors, HistoryEncoder encoder) {
        this.vectors = vectors;
        this.encoder = encoder;
    }

    /** Returns a model that scores all of so many items 0. */
    public static Factors none(int items) {
        return new Factors(new float[items][0], new WeightedSum(new float[items][0], 0, 1));
    }

    @Override
    public int items() {
        return vectors.length;
    }

    public int dimension() {
        return encoder.dimension();
    }

    /** Returns the vector of an item, which callers must not change. */
    public float[] vector(int item) {
        return vectors[item];
    }

    /** Returns the encoder of histories. */
    public HistoryEncoder encoder() {
        return encoder;
    }

    @Override
    public void score(WeightedHistory history, float factor, float[] into) {
        score(List.of(history), factor, new float[][] { into });
    }

    @Override
    public void score(List<WeightedHistory> histories, float factor, float[][] into) {
        if (encoder.dimension() == 0) {
            return;
        }
        float[][] users = histories.stream().map(encoder::vector).toArray(float[][]::new);
        for (int item = 0; item < vectors.length; item++) {
            for (int i = 0; i < users.length; i++) {
                into[i][item] += factor * VectorUtil.dotProduct(users[i], vectors[item]);
            }
        }
    }

    @Override
    public long ramBytesUsed() {
        return RowMatrix.bytes(vectors) + encoder.ramBytesUsed();
    }
}
