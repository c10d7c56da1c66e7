package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.rating.RatingEncoder;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.common.util.CachedSupplier;

import java.io.UncheckedIOException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * How a user would rate the items of a model: places in the range of the ratings, from 0 to 1. A user without ratings gets the items' biases
 * alone. An item without ratings, or one that the model does not have, has the mean of the user's predictions. If this node closes its copy
 * of the model meanwhile, all items have the mean. Immutable and thread-safe.
 */
public final class RatingScores {
    /** No scores: all places are 0. */
    public static final RatingScores NONE = new RatingScores(null, null, new float[0][], new float[0], new int[0], 0);

    private final OpenModel model;
    private final RatingEncoder encoder;
    private final int[] places;
    private final int size;
    private final float[] user;
    private final QuantisedRow.OfUser quantised;
    /** The user's rows without each of the ratings, for reasons alone. */
    private final Supplier<float[][]> without;

    /**
     * @param model   null for no scores
     * @param rows    of the rated items of the history that the model has
     * @param ratings of the same items
     * @param places  of the same items in the history
     * @param size    of the history
     */
    RatingScores(OpenModel model, RatingEncoder encoder, float[][] rows, float[] ratings, int[] places, int size) {
        this.model = model;
        this.encoder = encoder;
        this.places = places;
        this.size = size;
        user = model == null ? new float[1] : encoder.user(rows, ratings);
        quantised = QuantisedRow.ofUser(factors(user));
        without = new CachedSupplier<>(
            () -> IntStream.range(0, ratings.length).mapToObj(left -> encoder.user(others(rows, left), others(ratings, left))).toArray(float[][]::new)
        );
    }

    /** Returns the vector whose dot product with an item's row is the predicted standard score, but for the user's bias. */
    private static float[] factors(float[] user) {
        float[] factors = user.clone();
        factors[0] = 1;
        return factors;
    }

    private static float[][] others(float[][] rows, int left) {
        return IntStream.range(0, rows.length).filter(i -> i != left).mapToObj(i -> rows[i]).toArray(float[][]::new);
    }

    private static float[] others(float[] ratings, int left) {
        float[] others = new float[ratings.length - 1];
        System.arraycopy(ratings, 0, others, 0, left);
        System.arraycopy(ratings, left + 1, others, left, others.length - left);
        return others;
    }

    /** Opens the scores for reading. */
    public Reader open() {
        return new Reader(model == null ? PartRows.NONE : model.rows(Signal.RATINGS));
    }

    /** Reads scores. Not thread-safe. */
    public final class Reader {
        private final PartRows rows;

        private Reader(PartRows rows) {
            this.rows = rows;
        }

        /**
         * Returns the place of an item's predicted rating, from 0 to 1.
         *
         * @param document of the item in the model, see {@link OpenModel#document}
         * @throws UncheckedIOException if the model cannot be read
         */
        public double of(int document) {
            byte[] row = rows.of(document);
            return model == null ? 0 : encoder.scale().place(user[0] + (row == null ? 0 : QuantisedRow.score(quantised, row)));
        }

        /**
         * Returns what the place of an item loses without each of the ratings, by place in the history; 0 for an item without a rating. It is
         * what the place would lose if it were not kept in the range: else the best items would have no reasons.
         *
         * @param document of the item in the model
         */
        public double[] contributions(int document) {
            double[] contributions = new double[size];
            byte[] row = rows.of(document);
            float[] item = row == null ? new float[user.length] : QuantisedRow.vector(row);
            double score = score(user, item);
            for (int i = 0; i < places.length; i++) {
                contributions[places[i]] = encoder.scale().part(score - score(without.get()[i], item));
            }
            return contributions;
        }

        private static double score(float[] row, float[] item) {
            return row[0] + VectorUtil.dotProduct(factors(row), item);
        }
    }
}
