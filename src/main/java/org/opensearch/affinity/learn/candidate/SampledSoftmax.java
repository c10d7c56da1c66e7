package org.opensearch.affinity.learn.candidate;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;

/**
 * How far items' vectors z are from telling what users took from items drawn by chance, and in which direction that grows (Wu et
 * al., "On the effectiveness of sampled softmax loss for item recommendation", TOIS'24). With {@code x_u = (R Z)_u}, users B, drawn
 * items N, and {@code s_ui = (x_u - R_ui z_i)·z_i}, the score without what the item itself adds to the user,
 * since what is to be found later adds nothing either,
 *
 * <pre>loss = - 1/|B| Σ_(u in B) Σ_(i taken) w_ui log (exp(s_ui) / (exp(s_ui) + Σ_(j in N, not taken) exp(x_u·z_j)))</pre>
 *
 * For one thread at a time, whose crew it uses.
 */
final class SampledSoftmax {
    private static final int USERS = 16;
    private static final int DRAWN = 32;
    private static final int ITEMS = 256;

    private final InteractionMatrix log;
    private final Graph graph;
    private final ItemColumns columns;
    private final ParallelFor crew;
    /** By place: the slope of the loss by the score of what was taken. */
    private final float[] slopes;

    SampledSoftmax(InteractionMatrix log, Graph graph, ItemColumns columns, ParallelFor crew) {
        this.log = log;
        this.graph = graph;
        this.columns = columns;
        this.crew = crew;
        slopes = new float[log.size()];
    }

    /** @param gradient of the loss by the items' vectors, of the same shape */
    record Slope(double loss, float[][] gradient) {}

    /**
     * @param items what {@code R} sums up to users' vectors, and what these are compared with
     * @param users each at most once, at least one
     * @param drawn items, each at most once
     */
    Slope at(float[][] items, int[] users, int[] drawn, ProgressListener watch) {
        Batch batch = new Batch(items, users, drawn);
        crew.share(users.length, USERS, watch.part(0, 0.6), (from, to) -> {
            for (int i = from; i < to; i++) {
                batch.look(i);
            }
        });
        float[][] gradient = new float[items.length][RowMatrix.width(items)];
        crew.share(drawn.length, DRAWN, watch.part(0.6, 0.8), (from, to) -> batch.push(from, to, gradient));
        crew.share(items.length, ITEMS, watch.part(0.8, 1), (from, to) -> {
            for (int item = from; item < to; item++) {
                batch.pull(item, gradient[item]);
            }
        });
        return new Slope(Arrays.stream(batch.losses).sum(), gradient);
    }

    /** Some users, and what they are to tell from what they took. */
    private final class Batch {
        private final float[][] items;
        private final int[] users;
        private final int[] drawn;
        /** By item: where it stands among those drawn, or -1. */
        private final int[] standing;
        /** By user: his vector and the slope of the loss by it, null for who is not asked. */
        private final float[][] vectors;
        private final float[][] backward;
        /** By asked user and drawn item: the slope of the loss by their score. */
        private final float[][] pushes;
        private final double[] losses;

        Batch(float[][] items, int[] users, int[] drawn) {
            this.items = items;
            this.users = users;
            this.drawn = drawn;
            standing = new int[items.length];
            Arrays.fill(standing, -1);
            for (int i = 0; i < drawn.length; i++) {
                standing[drawn[i]] = i;
            }
            vectors = new float[log.users()][];
            backward = new float[log.users()][];
            pushes = new float[users.length][drawn.length];
            losses = new double[users.length];
        }

        /** Finds out what one user's scores say. */
        void look(int index) {
            int user = users[index];
            float[] vector = graph.toUser(user, items);
            float[] against = scores(user, vector);
            float[] wanted = wanted(user, vector);
            double top = Math.max(largest(against), largest(wanted));
            double others = 0;
            for (float score : against) {
                others += Math.exp(score - top);
            }
            double each = 0;
            float[] slope = new float[vector.length];
            for (int place = log.start(user); place < log.end(user); place++) {
                double own = Math.exp(wanted[place - log.start(user)] - top);
                double weight = log.weight(place) / (double) users.length;
                slopes[place] = others > 0 ? (float) (-weight * others / (own + others)) : 0;
                each += others > 0 ? weight / (own + others) : 0;
                losses[index] += others > 0 ? weight * (Math.log(own + others) + top - wanted[place - log.start(user)]) : 0;
                RowMatrix.add(slopes[place], items[log.item(place)], slope);
            }
            for (int i = 0; i < drawn.length; i++) {
                pushes[index][i] = (float) (each * Math.exp(against[i] - top));
                RowMatrix.add(pushes[index][i], items[drawn[i]], slope);
            }
            vectors[user] = vector;
            backward[user] = slope;
        }

        /** Of the items drawn; what the user took is not held against him. */
        private float[] scores(int user, float[] vector) {
            float[] scores = new float[drawn.length];
            for (int i = 0; i < drawn.length; i++) {
                scores[i] = VectorUtil.dotProduct(vector, items[drawn[i]]);
            }
            for (int place = log.start(user); place < log.end(user); place++) {
                if (standing[log.item(place)] >= 0) {
                    scores[standing[log.item(place)]] = Float.NEGATIVE_INFINITY;
                }
            }
            return scores;
        }

        private float[] wanted(int user, float[] vector) {
            float[] scores = new float[log.end(user) - log.start(user)];
            for (int i = 0; i < scores.length; i++) {
                int place = log.start(user) + i;
                float[] item = items[log.item(place)];
                scores[i] = VectorUtil.dotProduct(vector, item) - graph.entry(user, place) * VectorUtil.dotProduct(item, item);
            }
            return scores;
        }

        private static double largest(float[] scores) {
            double largest = Double.NEGATIVE_INFINITY;
            for (float score : scores) {
                largest = Math.max(largest, score);
            }
            return largest;
        }

        /** What drawn items have from being compared with. */
        void push(int from, int to, float[][] gradient) {
            for (int index = 0; index < users.length; index++) {
                for (int i = from; i < to; i++) {
                    RowMatrix.add(pushes[index][i], vectors[users[index]], gradient[drawn[i]]);
                }
            }
        }

        /** What an item has from being taken: as what is wanted, for which it is no part of users' vectors, and as a part of them. */
        void pull(int item, float[] gradient) {
            for (int row = columns.start(item); row < columns.end(item); row++) {
                int user = columns.user(row);
                int place = columns.place(row);
                if (vectors[user] != null) {
                    RowMatrix.add(slopes[place], vectors[user], gradient);
                    RowMatrix.add(-2 * slopes[place] * graph.entry(user, place), items[item], gradient);
                    RowMatrix.add(graph.entry(user, place), backward[user], gradient);
                }
            }
        }
    }
}
