package org.opensearch.affinity.learn.network;

import java.util.List;
import java.util.SplittableRandom;

/** The form of a neural network: its program and its first weights. Immutable. */
interface Network {
    /**
     * Returns the methods of the network in TorchScript, for {@link TorchProgram}:
     * <ul>
     * <li>{@code loss(weights, batch)}: the loss to be minimised; the last element of a batch is the learning rate, which it ignores.</li>
     * <li>{@code encode(weights, history)}: the vector of a user. The weights are those after the {@link #tables}, the history is the rows
     * of its items in the first table, the oldest first, and the items' weights.</li>
     * </ul>
     */
    String methods();

    /** Returns how many of the weights have one row for each item. They are the first ones. */
    int tables();

    /** Returns the weights that a training begins with. */
    List<NamedArray> initial(SplittableRandom random);
}
