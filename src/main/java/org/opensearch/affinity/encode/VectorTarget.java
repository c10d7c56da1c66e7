package org.opensearch.affinity.encode;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.ingest.IngestDocument;

import java.util.ArrayList;
import java.util.List;

/**
 * A field that gets a vector, and what the vector is made of: the weighted sum of unit vectors of texts and of vectors that
 * the document carries already, brought to unit length. A document that lacks some of the parts gets the sum of the others.
 *
 * @param field where the vector goes
 * @param parts at least one
 */
record VectorTarget(String field, List<Part> parts) {

    /** One summand. */
    sealed interface Part {
        /** Above 0. */
        float weight();
    }

    /** A text of the document, which is encoded. */
    record TextPart(DocumentText text, float weight) implements Part {}

    /** A vector of the document, of the model's dimension and any length but 0. */
    record VectorPart(String field, float weight) implements Part {}

    /**
     * What one document has of the parts.
     *
     * @param weight of the part
     * @param text   to be encoded, null for a vector of the document's own
     * @param vector unit vector, null for a text
     */
    record Piece(float weight, String text, float[] vector) {}

    /**
     * The pieces that a document has, in the order of the parts.
     *
     * @throws IllegalArgumentException naming a field that holds neither text nor a vector of that dimension
     */
    List<Piece> pieces(IngestDocument document, int dimension) {
        List<Piece> pieces = new ArrayList<>(parts.size());
        for (Part part : parts) {
            switch (part) {
                case TextPart(DocumentText text, float weight) -> {
                    String read = text.of(document);
                    if (read != null) {
                        pieces.add(new Piece(weight, read, null));
                    }
                }
                case VectorPart(String field, float weight) -> {
                    Object value = document.getFieldValue(field, Object.class, true);
                    if (value != null) {
                        pieces.add(new Piece(weight, null, unit(field, value, dimension)));
                    }
                }
            }
        }
        return pieces;
    }

    private static float[] unit(String field, Object value, int dimension) {
        if (value instanceof List<?> numbers && numbers.size() == dimension) {
            float[] vector = new float[dimension];
            for (int i = 0; i < dimension; i++) {
                if (numbers.get(i) instanceof Number number) {
                    vector[i] = number.floatValue();
                } else {
                    throw bad(field, dimension, "value [" + i + "] is [" + numbers.get(i) + "]");
                }
            }
            float squared = VectorUtil.dotProduct(vector, vector);
            if (squared > 0 && Float.isFinite(squared)) {
                return VectorUtil.l2normalize(vector);
            }
            throw bad(field, dimension, "its length is [" + Math.sqrt(squared) + "]");
        }
        throw bad(field, dimension, value instanceof List<?> list ? "it holds [" + list.size() + "] values" : "it is no array");
    }

    private static IllegalArgumentException bad(String field, int dimension, String found) {
        return new IllegalArgumentException(
            "[" + EncodeProcessor.TYPE + "] field [" + field + "] must hold a vector of [" + dimension + "] numbers, not all 0: " + found
        );
    }

    /**
     * The sum of the pieces.
     *
     * @param encoded unit vectors of the pieces' texts, in their order from {@code at} on
     * @return a unit vector; null where the pieces cancel each other out
     */
    static float[] sum(List<Piece> pieces, float[][] encoded, int at) {
        int next = at;
        float[] sum = null;
        for (Piece piece : pieces) {
            float[] vector = piece.text() == null ? piece.vector() : encoded[next++];
            if (pieces.size() == 1) {
                return vector;
            }
            sum = sum == null ? new float[vector.length] : sum;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += piece.weight() * vector[i];
            }
        }
        return sum == null || VectorUtil.dotProduct(sum, sum) == 0 ? null : VectorUtil.l2normalize(sum);
    }
}
