package org.opensearch.affinity.encode;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.ingest.IngestDocument;

import java.util.ArrayList;
import java.util.List;

/**
 * The definition of a vector that is written into a document: a weighted sum of unit vectors, brought to unit length. Its parts are
 * texts that are encoded and vectors that the document has already. A document that lacks some parts gets the sum of the others.
 *
 * @param field path of the field that the vector is written into
 * @param parts at least one
 */
record VectorTarget(String field, List<Part> parts) {

    /** One part of the sum. */
    sealed interface Part {
        /** Above 0. */
        float weight();
    }

    /** A part that is the vector of a text of the document. */
    record TextPart(DocumentText text, float weight) implements Part {}

    /** A part that is a vector in a field of the document, of the model's dimension and any length above 0. */
    record VectorPart(String field, float weight) implements Part {}

    /**
     * The value of one part in one document: a text or a vector.
     *
     * @param weight of the part
     * @param text   to be encoded; null for a vector
     * @param vector of unit length; null for a text
     */
    record Piece(float weight, String text, float[] vector) {}

    /**
     * The values of the parts in a document, in the order of the parts, without those that the document lacks.
     *
     * @param dimension of the model's vectors
     * @throws IllegalArgumentException naming a field that is not text, or not a vector of this dimension
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
                    Object value = SourceValues.of(document, field);
                    if (value != null) {
                        pieces.add(new Piece(weight, null, unitVector(field, value, dimension)));
                    }
                }
            }
        }
        return pieces;
    }

    private static float[] unitVector(String field, Object value, int dimension) {
        if (value instanceof List<?> numbers && numbers.size() == dimension) {
            float[] vector = new float[dimension];
            for (int i = 0; i < dimension; i++) {
                if (numbers.get(i) instanceof Number number) {
                    vector[i] = number.floatValue();
                } else {
                    throw invalid(field, dimension, "value [" + i + "] is [" + numbers.get(i) + "]");
                }
            }
            float squared = VectorUtil.dotProduct(vector, vector);
            if (squared > 0 && Float.isFinite(squared)) {
                return VectorUtil.l2normalize(vector);
            }
            throw invalid(field, dimension, "its length is [" + Math.sqrt(squared) + "]");
        }
        throw invalid(field, dimension, value instanceof List<?> list ? "it has [" + list.size() + "] values" : "it is no array");
    }

    private static IllegalArgumentException invalid(String field, int dimension, String reason) {
        return new IllegalArgumentException(
            "[" + EncodeProcessor.TYPE + "] field [" + field + "] must be an array of [" + dimension + "] numbers, not all 0: " + reason
        );
    }

    /**
     * The weighted sum of the pieces, brought to unit length.
     *
     * @param encoded   unit vectors of texts; not changed
     * @param firstText position of the first of the pieces' texts in {@code encoded}; the others follow it in their order
     * @return a unit vector, for a single piece its own array; null if there are no pieces or their sum is 0
     */
    static float[] combine(List<Piece> pieces, float[][] encoded, int firstText) {
        int next = firstText;
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
