package org.opensearch.affinity.model;

import java.util.function.IntToDoubleFunction;

/**
 * The concepts of the items of a model with the part {@code concepts}: an item's row has its shares before the last number. If this node
 * closes its copy of the model meanwhile, no item has concepts any more. Not thread-safe.
 */
public final class ItemConcepts {
    private final PartRows rows;
    private final PartEncoder encoder;
    private final int count;

    /** @param encoder with concepts */
    ItemConcepts(PartRows rows, PartEncoder encoder) {
        this.rows = rows;
        this.encoder = encoder;
        count = encoder.concepts();
    }

    /** Returns the number of concepts. */
    public int count() {
        return count;
    }

    /** Returns the dimension of content that shares can be estimated from; 0 if they cannot. */
    public int contentDimension() {
        return encoder.contentDimension();
    }

    /**
     * Returns the estimated shares of an item that the model does not have; null if they cannot be estimated.
     *
     * @param content of the item, of {@link #contentDimension}
     */
    public float[] estimatedShares(float[] content) {
        float[] row = encoder.estimate(content);
        return row == null ? null : shares(concept -> row[row.length - 1 - count + concept]);
    }

    /**
     * Returns the shares of an item in the concepts, which add up to 1; null if the model does not have the item, or knows nothing of it.
     *
     * @param document of the item in the model, see {@link OpenModel#document}
     * @throws java.io.UncheckedIOException if the model cannot be read
     */
    public float[] shares(int document) {
        byte[] row = rows.of(document);
        return row == null ? null : shares(concept -> row[QuantisedRow.dimension(row) - 1 - count + concept]);
    }

    /** @param parts in the proportion of the shares */
    private float[] shares(IntToDoubleFunction parts) {
        float[] shares = new float[count];
        float sum = 0;
        for (int concept = 0; concept < count; concept++) {
            shares[concept] = (float) Math.max(0, parts.applyAsDouble(concept));
            sum += shares[concept];
        }
        if (sum == 0) {
            return null;
        }
        for (int concept = 0; concept < count; concept++) {
            shares[concept] /= sum;
        }
        return shares;
    }
}
