package org.opensearch.affinity.learn.network;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;

import java.util.List;

/**
 * Learns what a user takes next from the order of the history, see {@link AttentionNetwork}. The training ends when the NDCG@10 of held-out
 * newest items of a few users does not rise any more. Items of one moment are learned in random order; so are all if no order is known.
 * Learning takes {@code 16 · dimension} bytes per item and 50 MB on the device, and as much on the heap.
 */
public record SelfAttention(AttentionSettings settings, TorchDevice device) implements LearningMethod {
    /** Users whose newest items are held out. */
    private static final int HELD_OUT_USERS = 1_000;

    /** Returns the settings that a search begins with. */
    public static SelfAttention standard(TorchDevice device) {
        return new SelfAttention(AttentionSettings.standard(), device);
    }

    /** Returns a control: the same with random weights. */
    public static SelfAttention untrained(TorchDevice device) {
        AttentionSettings settings = AttentionSettings.standard();
        return new SelfAttention(settings.withPlan(settings.plan().untrained()), device);
    }

    /** Returns the hyperparameters to tune. */
    public static List<Hyperparameter<SelfAttention>> hyperparameters() {
        return List.of(
            Hyperparameter.of("scale", SelfAttention::withScale, 12.0, 20.0),
            Hyperparameter.of("dropout", SelfAttention::withDropout, 0.3, 0.5)
        );
    }

    private SelfAttention withScale(double scale) {
        return new SelfAttention(settings.withScale(scale), device);
    }

    private SelfAttention withDropout(double dropout) {
        return new SelfAttention(settings.withDropout(dropout), device);
    }

    @Override
    public Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        if (interactions.size() == 0) {
            return Factors.none(interactions.items());
        }
        HeldOut heldOut = HeldOut.newestOfSome(interactions, HELD_OUT_USERS, settings.plan().seed());
        AttentionNetwork network = settings.network(interactions.items());
        Trainer trainer = new Trainer(device, network, settings.plan());
        Checkpoint end = trainer.train(
            trainer.begin(),
            new NextItemBatches(new Sequences(heldOut.training(), settings.length()), network, settings.targets(), settings.sampled()),
            weights -> RankingMetrics.mean(heldOut.evaluate(model(network, weights), parallel, ProgressListener.NONE).ndcg10()),
            state -> {},
            progress
        );
        return model(network, end.best());
    }

    private Factors model(AttentionNetwork network, List<NamedArray> weights) {
        float[][] rows = weights.get(0).rows();
        for (float[] row : rows) {
            VectorUtil.l2normalize(row, false);
        }
        List<NamedArray> layers = weights.subList(network.tables(), weights.size());
        return new Factors(rows, new TorchEncoder(device, network, rows, true, settings.dimension(), settings.length(), layers));
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
