package org.opensearch.affinity.learn.network;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.List;

/**
 * Learns what a user takes next from the order of the history, see {@link AttentionNetwork}. The training ends when the NDCG@10 of held-out
 * newest items of a few users does not rise any more. Items of one moment are learned in random order; so are all if no order is known.
 *
 * @param inputs null until the method is to learn
 */
public record SelfAttention(AttentionSettings settings, NetworkInputs inputs) implements NetworkMethod {
    private static final long BYTES_OF_A_STEP = 100_000_000;
    /** Users whose newest items are held out. */
    private static final int HELD_OUT_USERS = 1_000;

    /** Returns the settings that a search begins with. */
    public static SelfAttention standard() {
        return new SelfAttention(AttentionSettings.standard(), null);
    }

    /** Returns a control: the same with random weights. */
    public static SelfAttention untrained() {
        AttentionSettings settings = AttentionSettings.standard();
        return new SelfAttention(settings.withPlan(settings.plan().untrained()), null);
    }

    /** Returns the hyperparameters to tune. */
    public static List<Hyperparameter<SelfAttention>> hyperparameters() {
        return List.of(
            Hyperparameter.of("temperature", SelfAttention::withTemperature, 0.08, 0.05),
            Hyperparameter.of("dropout", SelfAttention::withDropout, 0.3, 0.5)
        );
    }

    private SelfAttention withTemperature(double temperature) {
        return new SelfAttention(settings.withTemperature(temperature), inputs);
    }

    private SelfAttention withDropout(double dropout) {
        return new SelfAttention(settings.withDropout(dropout), inputs);
    }

    /** Returns the memory that learning takes, on the heap and on the device. */
    public static long bytes(int items, int dimension) {
        return BYTES_OF_A_STEP + Trainer.BYTES_PER_WEIGHT * items * dimension;
    }

    @Override
    public int dimension() {
        return settings.dimension();
    }

    @Override
    public SelfAttention with(NetworkInputs inputs) {
        return new SelfAttention(settings, inputs);
    }

    @Override
    public Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        if (interactions.size() == 0) {
            return Factors.none(interactions.items());
        }
        NetworkTraining training = new NetworkTraining(toString(), inputs, settings.plan(), interactions, parallel, progress);
        AttentionNetwork network = settings.network(training.catalogue(), interactions.actionNames());
        int targets = MiniBatches.size(interactions.size(), settings.targets());
        return training.run(
            network,
            HeldOut.newestOfSome(interactions, training.mayBeHeldOut(), HELD_OUT_USERS, settings.plan().seed()),
            (known, users) -> new NextItemBatches(new Sequences(known, users, settings.length()), network, targets, settings.sampled()),
            weights -> model(network, weights),
            RankingMetrics::ndcg10
        );
    }

    private Factors model(AttentionNetwork network, List<NamedArray> weights) {
        float[][] rows = network.catalogue().rows(weights);
        for (float[] row : rows) {
            VectorUtil.l2normalize(row, false);
        }
        List<NamedArray> ofLayers = weights.subList(network.catalogue().weights(), weights.size());
        AttentionLayers layers = new AttentionLayers(settings.heads(), 1 / settings.temperature(), ofLayers);
        return new Factors(rows, new NetworkEncoder(rows, layers, network.catalogue().map(weights)));
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
