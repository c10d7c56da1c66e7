package org.opensearch.affinity.learn;

import org.apache.lucene.util.VectorUtil;

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
        if (history.size() == 0 || encoder.dimension() == 0) {
            return;
        }
        float[] user = encoder.vector(history);
        for (int item = 0; item < vectors.length; item++) {
            into[item] += factor * VectorUtil.dotProduct(user, vectors[item]);
        }
    }

    @Override
    public long ramBytesUsed() {
        return RowMatrix.bytes(vectors) + encoder.ramBytesUsed();
    }
}
