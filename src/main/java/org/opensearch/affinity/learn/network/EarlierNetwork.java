package org.opensearch.affinity.learn.network;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A network that was learned from a shorter log, of which another one with the same settings is the continuation. It learns from the users
 * with events since, and from as many others, so that what stays the same is not forgotten; with a quarter of the passes, and half of the
 * rate. Immutable.
 *
 * @param rows   by item; null for an item that it does not have
 * @param layers its weights, without those of the catalogue
 * @param map    what rows have of contents, by dimension of the rows; empty for nothing
 * @param users  with events since
 */
public record EarlierNetwork(float[][] rows, List<NamedArray> layers, float[][] map, BitSet users) {
    private static final int FEWER_EPOCHS = 4;
    private static final double SMALLER_RATE = 0.5;

    /** Returns the weights of a learned network, without those of the catalogue. */
    public static List<NamedArray> weights(NetworkEncoder.Layers layers) {
        return switch (layers) {
            case AttentionLayers attention -> attention.weights();
            case VaeLayers vae -> vae.weights();
            default -> List.of();
        };
    }

    /** Returns the weights that a training begins with: those of the earlier network where they fit. */
    List<NamedArray> initial(Network network, SplittableRandom random) {
        List<NamedArray> weights = new ArrayList<>(network.initial(random));
        weights.set(0, items(network, weights.get(0)));
        int first = network.catalogue().weights();
        if (first > 1) {
            float[][] used = used(network);
            weights.set(1, used.length == 0 ? weights.get(1).with(new float[weights.get(1).values().length]) : like(weights.get(1), used));
        }
        for (NamedArray learned : layers) {
            for (int i = first; i < weights.size(); i++) {
                weights.set(i, weights.get(i).isLike(learned) ? learned : weights.get(i));
            }
        }
        return weights;
    }

    /** An item that the earlier network has keeps its row; what the map makes of it is not its own. */
    private NamedArray items(Network network, NamedArray random) {
        Catalogue catalogue = network.catalogue();
        float[][] own = random.rows();
        float[][] used = used(network);
        for (int item = 0; item < own.length; item++) {
            // A row of zeros is that of an item that nobody had taken.
            if (rows[item] != null && VectorUtil.dotProduct(rows[item], rows[item]) > 0) {
                own[item] = network.own(rows[item].clone());
                catalogue.addContent(-1, used, item, own[item]);
            }
        }
        return like(random, own);
    }

    /** Returns the map; empty if contents have another dimension now. */
    private float[][] used(Network network) {
        int width = RowMatrix.width(map);
        return width > 0 && width == network.catalogue().contentDimension() ? network.ownMap(map) : new float[0][];
    }

    private static NamedArray like(NamedArray array, float[][] rows) {
        float[] values = new float[array.values().length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * rows[i].length, rows[i].length);
        }
        return array.with(values);
    }

    TrainingPlan plan(TrainingPlan plan) {
        return plan.with(Math.ceilDiv(plan.epochs(), FEWER_EPOCHS), SMALLER_RATE * plan.rate());
    }

    /** Returns the users to learn from. */
    BitSet users(int all, SplittableRandom random) {
        BitSet some = (BitSet) users.clone();
        int[] others = IntStream.range(0, all).filter(user -> users.get(user) == false).toArray();
        random.ints((long) Math.min(users.cardinality(), others.length), 0, Math.max(1, others.length)).forEach(i -> some.set(others[i]));
        return some;
    }
}
