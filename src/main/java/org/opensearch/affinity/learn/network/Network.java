package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.List;
import java.util.SplittableRandom;

/** The form of a neural network: its program and its first weights. Immutable. */
interface Network {
    /**
     * Returns the methods of the network in TorchScript, for {@link TorchProgram}. Among them is {@code loss(weights, batch)}: the loss to be
     * minimised. The last element of a batch is the learning rate, which it ignores.
     */
    String methods();

    /** Returns the items that it has rows of. Their weights are the first ones. */
    Catalogue catalogue();

    /** Returns the weights that a training begins with. */
    List<NamedArray> initial(SplittableRandom random);

    /**
     * Returns the row that is learned of an item, from its row in a model.
     *
     * @param row of a model of such a network
     */
    default float[] own(float[] row) {
        return row;
    }

    /**
     * Returns the map that is learned from contents, from that to rows in a model.
     *
     * @param map by dimension of the rows
     */
    default float[][] ownMap(float[][] map) {
        return map;
    }
}
