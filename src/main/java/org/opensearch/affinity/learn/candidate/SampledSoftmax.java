package org.opensearch.affinity.learn.candidate;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.factor.Graph;

import java.util.Arrays;

/**
 * Sampled softmax loss and its gradient by the items' vectors z (Wu et al., "On the effectiveness of sampled softmax loss for item
 * recommendation", TOIS'24). With {@code x_u = (R Z)_u}, a batch B of users, sampled items N, and
 * {@code s_ui = (x_u - R_ui z_i)·z_i},
 *
 * <pre>loss = - 1/|B| Σ_(u in B) Σ_(i taken) w_ui log (exp(s_ui) / (exp(s_ui) + Σ_(j in N, not taken) exp(x_u·z_j)))</pre>
 *
 * The score {@code s_ui} leaves out the contribution of item i to the user's vector, because an item to recommend contributes
 * nothing either. Not
 * thread-safe; it uses several threads itself. {@code ./bench learn} measures it; no training serves it yet.
 */
final class SampledSoftmax {
    private static final int USERS_PER_CHUNK = 16;
    private static final int SAMPLED_ITEMS_PER_CHUNK = 32;
    private static final int ITEMS_PER_CHUNK = 256;

    private final InteractionMatrix interactions;
    private final Graph graph;
    private final ItemColumns columns;
    private final ParallelFor parallel;
    /** By position: the derivative of the loss by the score of the taken item. */
    private final float[] takenSlopes;

    SampledSoftmax(InteractionMatrix interactions, Graph graph, ItemColumns columns, ParallelFor parallel) {
        this.interactions = interactions;
        this.graph = graph;
        this.columns = columns;
        this.parallel = parallel;
        takenSlopes = new float[interactions.size()];
    }

    /** @param gradient of the loss by the items' vectors, of the same shape */
    record Value(double loss, float[][] gradient) {}

    /**
     * Returns the loss and its gradient.
     *
     * @param items   the vectors Z, of any length
     * @param users   the batch, without duplicates, at least one
     * @param sampled items, without duplicates
     */
    Value at(float[][] items, int[] users, int[] sampled, ProgressListener progress) {
        Batch batch = new Batch(items, users, sampled);
        parallel.run(users.length, USERS_PER_CHUNK, progress.part(0, 0.6), (from, to) -> {
            for (int i = from; i < to; i++) {
                batch.differentiate(i);
            }
        });
        float[][] gradient = new float[items.length][RowMatrix.width(items)];
        parallel.run(sampled.length, SAMPLED_ITEMS_PER_CHUNK, progress.part(0.6, 0.8), (from, to) -> batch.addSampled(from, to, gradient));
        parallel.run(items.length, ITEMS_PER_CHUNK, progress.part(0.8, 1), (from, to) -> {
            for (int item = from; item < to; item++) {
                batch.addTaken(item, gradient[item]);
            }
        });
        return new Value(Arrays.stream(batch.losses).sum(), gradient);
    }

    /** The users of one step, with the derivatives of the loss by their scores. */
    private final class Batch {
        private final float[][] items;
        private final int[] users;
        private final int[] sampled;
        /** By item: its index in {@code sampled}, or -1. */
        private final int[] sampledIndex;
        /** By user: the user's vector and the derivative of the loss by it; null for a user outside of the batch. */
        private final float[][] userVectors;
        private final float[][] userGradients;
        /** By user of the batch and sampled item: the derivative of the loss by their score. */
        private final float[][] sampledSlopes;
        private final double[] losses;

        Batch(float[][] items, int[] users, int[] sampled) {
            this.items = items;
            this.users = users;
            this.sampled = sampled;
            sampledIndex = new int[items.length];
            Arrays.fill(sampledIndex, -1);
            for (int i = 0; i < sampled.length; i++) {
                sampledIndex[sampled[i]] = i;
            }
            userVectors = new float[interactions.users()][];
            userGradients = new float[interactions.users()][];
            sampledSlopes = new float[users.length][sampled.length];
            losses = new double[users.length];
        }

        /** Computes the loss of one user of the batch, and its derivatives by the user's scores and vector. */
        void differentiate(int index) {
            int user = users[index];
            float[] vector = graph.toUser(user, items);
            float[] negatives = sampledScores(user, vector);
            float[] positives = takenScores(user, vector);
            // Subtracted from all scores, so that the exponential cannot overflow.
            double max = Math.max(max(negatives), max(positives));
            double others = 0;
            for (float score : negatives) {
                others += Math.exp(score - max);
            }
            double negativeFactor = 0;
            float[] gradient = new float[vector.length];
            for (int position = interactions.start(user); position < interactions.end(user); position++) {
                float score = positives[position - interactions.start(user)];
                double own = Math.exp(score - max);
                double weight = interactions.weight(position) / (double) users.length;
                takenSlopes[position] = others > 0 ? (float) (-weight * others / (own + others)) : 0;
                negativeFactor += others > 0 ? weight / (own + others) : 0;
                losses[index] += others > 0 ? weight * (Math.log(own + others) + max - score) : 0;
                RowMatrix.add(takenSlopes[position], items[interactions.item(position)], gradient);
            }
            for (int i = 0; i < sampled.length; i++) {
                sampledSlopes[index][i] = (float) (negativeFactor * Math.exp(negatives[i] - max));
                RowMatrix.add(sampledSlopes[index][i], items[sampled[i]], gradient);
            }
            userVectors[user] = vector;
            userGradients[user] = gradient;
        }

        /** Returns the scores of the sampled items; negative infinity for those that the user took. */
        private float[] sampledScores(int user, float[] vector) {
            float[] scores = new float[sampled.length];
            for (int i = 0; i < sampled.length; i++) {
                scores[i] = VectorUtil.dotProduct(vector, items[sampled[i]]);
            }
            for (int position = interactions.start(user); position < interactions.end(user); position++) {
                int index = sampledIndex[interactions.item(position)];
                if (index >= 0) {
                    scores[index] = Float.NEGATIVE_INFINITY;
                }
            }
            return scores;
        }

        /** Returns {@code s_ui} of the items that the user took. */
        private float[] takenScores(int user, float[] vector) {
            float[] scores = new float[interactions.end(user) - interactions.start(user)];
            for (int i = 0; i < scores.length; i++) {
                int position = interactions.start(user) + i;
                float[] item = items[interactions.item(position)];
                float own = graph.element(user, position) * VectorUtil.dotProduct(item, item);
                scores[i] = VectorUtil.dotProduct(vector, item) - own;
            }
            return scores;
        }

        private static double max(float[] scores) {
            double max = Double.NEGATIVE_INFINITY;
            for (float score : scores) {
                max = Math.max(max, score);
            }
            return max;
        }

        /** Adds the gradient by the vectors of sampled items, as negatives. */
        void addSampled(int from, int to, float[][] gradient) {
            for (int index = 0; index < users.length; index++) {
                for (int i = from; i < to; i++) {
                    RowMatrix.add(sampledSlopes[index][i], userVectors[users[index]], gradient[sampled[i]]);
                }
            }
        }

        /** Adds the gradient by the vector of an item that users of the batch took, as a positive and as a part of their vectors. */
        void addTaken(int item, float[] gradient) {
            for (int entry = columns.start(item); entry < columns.end(item); entry++) {
                int user = columns.user(entry);
                int position = columns.position(entry);
                if (userVectors[user] != null) {
                    RowMatrix.add(takenSlopes[position], userVectors[user], gradient);
                    RowMatrix.add(-2 * takenSlopes[position] * graph.element(user, position), items[item], gradient);
                    RowMatrix.add(graph.element(user, position), userGradients[user], gradient);
                }
            }
        }
    }
}
