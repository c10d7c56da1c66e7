package org.opensearch.affinity.model;

import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.LongHeap;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.HistoryEncoder;
import org.opensearch.common.util.CachedSupplier;

import java.io.UncheckedIOException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How well the items of a model fit a history by one part with item vectors: the dot product of the user's vector and an item's, in units
 * of the part's scale. If this node closes its copy of the model meanwhile, all items are unknown. Immutable and thread-safe.
 */
public final class PartScores {
    /** Score of an item that the model does not have. */
    public static final double UNKNOWN = Double.NEGATIVE_INFINITY;
    /** No scores. */
    public static final PartScores NONE = new PartScores(null, "", new PartEncoder(0, 1, 1, null, new float[0][], null), new float[0], null);

    private final OpenModel model;
    private final String part;
    private final PartEncoder encoder;
    private final CachedSupplier<Explanation> explanation;
    private final QuantisedRow.OfUser user;
    private final float[] vector;
    /** Empty if estimated rows have length 1. */
    private final float[] content;

    /**
     * What the items of a history add to scores.
     *
     * @param ages of the items that the model has
     */
    private record Explanation(HistoryEncoder.Contributions contributions, int[] ages) {}

    /**
     * @param model   null for no scores
     * @param vector  of the user
     * @param history reads what it was made of; null for no scores
     */
    PartScores(
        OpenModel model,
        String part,
        PartEncoder encoder,
        float[] vector,
        Supplier<PartEncoder.Known> history
    ) {
        this.model = model;
        this.part = part;
        this.encoder = encoder;
        explanation = new CachedSupplier<>(() -> {
            PartEncoder.Known known = history.get();
            return new Explanation(encoder.contributions(known), known.ages());
        });
        user = QuantisedRow.ofUser(vector);
        this.vector = vector;
        content = encoder.unitEstimates() ? new float[0] : encoder.contentVector(vector);
    }

    /** The dimension of content vectors that scores can be estimated from; 0 if they cannot. */
    public int contentDimension() {
        return encoder.contentDimension();
    }

    /**
     * The estimated score of an item without a row, any finite number.
     *
     * @param itemContent unit vector of {@link #contentDimension}, which is not 0
     */
    public double estimate(float[] itemContent) {
        float product = content.length > 0
            ? VectorUtil.dotProduct(content, itemContent)
            : VectorUtil.dotProduct(vector, encoder.estimate(itemContent));
        return product / encoder.scale();
    }

    /** Opens the scores for reading. */
    public Reader open() {
        return new Reader(model == null ? PartRows.NONE : model.rows(part));
    }

    /** Reads scores. Not thread-safe. */
    public final class Reader {
        private final PartRows rows;

        private Reader(PartRows rows) {
            this.rows = rows;
        }

        /**
         * The score of an item, any finite number; {@link #UNKNOWN} if the model does not have it.
         *
         * @param document of the item in the model, see {@link OpenModel#document}
         * @throws UncheckedIOException if the model cannot be read
         */
        public double of(int document) {
            byte[] row = rows.of(document);
            return row == null ? UNKNOWN : QuantisedRow.score(user, row) / encoder.scale();
        }

        /**
         * What each item of the history adds to the score of an item, by place in the history. They add up to the score, but for what rows
         * lose by having bytes.
         *
         * @param document    of the item in the model
         * @param itemContent content of the item, from which an item that the model does not have is estimated; null for no estimate
         * @param size        of the history
         */
        public double[] contributions(int document, float[] itemContent, int size) {
            double[] contributions = new double[size];
            byte[] row = rows.of(document);
            float[] vector = row != null ? QuantisedRow.vector(row) : itemContent == null ? null : encoder.estimate(itemContent);
            if (vector != null) {
                double[] ofKnown = explanation.get().contributions.to(vector);
                for (int i = 0; i < ofKnown.length; i++) {
                    contributions[explanation.get().ages[i]] = ofKnown[i] / encoder.scale();
                }
            }
            return contributions;
        }
    }

    /**
     * The ids of the items with the largest scores above 0, best first. Reads all rows, and ids as far as they are asked for.
     *
     * @param most largest number of ids, at least 1
     */
    public Stream<BytesRef> best(int most) {
        return model == null ? Stream.empty() : model.ids(bestDocuments(model.rows(part), most));
    }

    private int[] bestDocuments(PartRows rows, int most) {
        Reader reader = new Reader(rows);
        LongHeap heap = new LongHeap(Math.clamp(rows.size(), 1, most));
        for (int document = 0; document < rows.size(); document++) {
            float score = (float) reader.of(document);
            if (score > 0) {
                // Positive floats are in the order of their bits.
                heap.insertWithOverflow((long) Float.floatToIntBits(score) << Integer.SIZE | Integer.MAX_VALUE - document);
            }
        }
        int[] documents = new int[heap.size()];
        for (int i = documents.length - 1; i >= 0; i--) {
            documents[i] = Integer.MAX_VALUE - (int) heap.pop();
        }
        return documents;
    }
}
