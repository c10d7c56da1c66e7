package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;

import java.nio.ByteBuffer;

/**
 * The row of an item in a part with item vectors: one byte a dimension, then the row's own scale, and the factor of the vector that the
 * item adds to a user, both floats. The bytes behind the dimensions are zeros in the row of a user, so that they add nothing to a dot
 * product. Rows have the format of their model's index.
 */
final class QuantisedRow {
    private static final float MAX_BYTE = 127;
    private static final int TAIL = 2 * Float.BYTES;

    /** The vector of a user, and its scale. */
    record OfUser(byte[] row, float scale) {}

    private QuantisedRow() {}

    /** Returns the length of rows of so many dimensions, bytes. */
    static int length(int dimension) {
        return dimension + TAIL;
    }

    /**
     * Returns the row of an item.
     *
     * @param vector      of any length
     * @param inputFactor the item adds its vector times this to a user
     */
    static byte[] ofItem(float[] vector, float inputFactor) {
        float scale = scale(vector);
        ByteBuffer row = quantised(vector, scale);
        return row.putFloat(scale).putFloat(inputFactor).array();
    }

    static OfUser ofUser(float[] vector) {
        float scale = scale(vector);
        return new OfUser(quantised(vector, scale).array(), scale);
    }

    private static float scale(float[] vector) {
        float max = Float.MIN_NORMAL;
        for (float value : vector) {
            max = Math.max(max, Math.abs(value));
        }
        return max / MAX_BYTE;
    }

    private static ByteBuffer quantised(float[] vector, float scale) {
        ByteBuffer row = ByteBuffer.allocate(length(vector.length));
        for (float value : vector) {
            row.put((byte) Math.round(value / scale));
        }
        return row;
    }

    /** Returns the number of dimensions of a row. */
    static int dimension(byte[] row) {
        return row.length - TAIL;
    }

    /** Returns the vector that an item adds to a user. */
    static float[] input(byte[] row) {
        return times(ByteBuffer.wrap(row).getFloat(row.length - Float.BYTES), row);
    }

    /** Returns the vector of an item. */
    static float[] vector(byte[] row) {
        return times(1, row);
    }

    private static float[] times(float factor, byte[] row) {
        float[] vector = new float[dimension(row)];
        float scaled = factor * ByteBuffer.wrap(row).getFloat(vector.length);
        for (int d = 0; d < vector.length; d++) {
            vector[d] = scaled * row[d];
        }
        return vector;
    }

    /** Returns the dot product of the vectors of a user and an item. */
    static float score(OfUser user, byte[] item) {
        int tail = dimension(item);
        int bits = item[tail] << 24 | (item[tail + 1] & 0xff) << 16 | (item[tail + 2] & 0xff) << 8 | item[tail + 3] & 0xff;
        return user.scale * Float.intBitsToFloat(bits) * VectorUtil.dotProduct(user.row, item);
    }
}
