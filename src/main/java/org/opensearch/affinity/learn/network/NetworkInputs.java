package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What networks need to learn, besides interactions.
 *
 * @param device   that they run on
 * @param contents unit vectors of one dimension, by item, null for an item without content; null for a catalogue without contents
 * @param earlier  the network to continue; null to learn anew
 */
public record NetworkInputs(TorchDevice device, float[][] contents, EarlierNetwork earlier) {
    /** What networks need that learn anew. */
    public NetworkInputs(TorchDevice device, float[][] contents) {
        this(device, contents, null);
    }

    /** Returns the same with a network to continue; null to learn anew. */
    public NetworkInputs continuing(EarlierNetwork network) {
        return new NetworkInputs(device, contents, network);
    }

    /** Returns the state that a training begins with. An earlier network may be better than all that follows. */
    Checkpoint begin(Network network, long seed, Trainer.Figure figure, ProgressListener progress) {
        SplittableRandom random = new SplittableRandom(seed);
        if (earlier == null) {
            return Checkpoint.initial(network.initial(random), Double.NEGATIVE_INFINITY);
        }
        List<NamedArray> weights = earlier.initial(network, random);
        return Checkpoint.initial(weights, figure.of(weights, part -> progress.at(0)));
    }

    /** Returns the users of whom items may be held out: what an earlier network has learned already says nothing. */
    BitSet mayBeHeldOut(int all) {
        return earlier == null ? everyone(all) : earlier.users();
    }

    private static BitSet everyone(int all) {
        BitSet users = new BitSet();
        users.set(0, all);
        return users;
    }

    TrainingPlan plan(TrainingPlan plan) {
        return earlier == null ? plan : earlier.plan(plan);
    }

    /** Returns the users to learn from. */
    BitSet users(int all, long seed) {
        return earlier == null ? everyone(all) : earlier.users(all, new SplittableRandom(seed));
    }
}
