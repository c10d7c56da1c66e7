package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;

import java.util.List;

/**
 * Learns which items belong to a user from the others, without their order, see {@link VaeNetwork}. The vector of a user is the mean that
 * the network encodes. The training ends when the NDCG@20 of a held-out fifth of the items of a few users does not rise any more.
 *
 * @param inputs null until the method is to learn
 */
public record VariationalAutoencoder(Settings settings, NetworkInputs inputs) implements NetworkMethod {
    private static final long BYTES_OF_A_STEP = 100_000_000;
    /** Users of whom items are held out. */
    private static final int HELD_OUT_USERS = 1_000;
    private static final double HELD_OUT_FRACTION = 0.2;

    /**
     * Settings of the method.
     *
     * @param hidden     width of the hidden layer, at least 1
     * @param dimension  of the latent vectors, at least 1
     * @param dropout    fraction of a user's items that are not encoded in training, from 0, below 1
     * @param divergence largest weight of the divergence from a normal distribution (β of the paper), at least 0
     * @param growth     number of epochs in which that weight grows from 0, at least 1
     * @param users      number of users of a step, at least 1
     * @param sampled    number of items that a step compares users' items with, at least 1
     * @param plan       how long and how fast
     */
    public record Settings(
        int hidden,
        int dimension,
        double dropout,
        double divergence,
        int growth,
        int users,
        int sampled,
        TrainingPlan plan
    ) {
        /** @throws IllegalArgumentException if a setting is out of range */
        public Settings {
            if (hidden < 1 || dimension < 1 || growth < 1 || users < 1 || sampled < 1) {
                throw new IllegalArgumentException("[hidden], [dimension], [growth], [users] and [sampled] must be at least 1");
            }
            if (dropout >= 0 == false || dropout >= 1 || divergence >= 0 == false) {
                throw new IllegalArgumentException(
                    "[dropout] must be from 0, below 1, and [divergence] at least 0, got [" + dropout + "] and [" + divergence + "]"
                );
            }
        }

        /** Returns the settings that a search begins with. */
        public static Settings standard() {
            return new Settings(200, 128, 0.5, 0.2, 20, 512, 2_048, new TrainingPlan(40, 6, 0.003, 0, 1));
        }

        public Settings withDivergence(double divergence) {
            return new Settings(hidden, dimension, dropout, divergence, growth, users, sampled, plan);
        }

        public Settings withPlan(TrainingPlan plan) {
            return new Settings(hidden, dimension, dropout, divergence, growth, users, sampled, plan);
        }
    }

    /** Returns the method that a search begins with. */
    public static VariationalAutoencoder standard() {
        return new VariationalAutoencoder(Settings.standard(), null);
    }

    /** Returns a control: the same with random weights. */
    public static VariationalAutoencoder untrained() {
        Settings settings = Settings.standard();
        return new VariationalAutoencoder(settings.withPlan(settings.plan.untrained()), null);
    }

    /** Returns the hyperparameters to tune. */
    public static List<Hyperparameter<VariationalAutoencoder>> hyperparameters() {
        return List.of(Hyperparameter.of("divergence", VariationalAutoencoder::withDivergence, 0.2, 0.5));
    }

    private VariationalAutoencoder withDivergence(double divergence) {
        return new VariationalAutoencoder(settings.withDivergence(divergence), inputs);
    }

    /** Returns the memory that learning takes, on the heap and on the device. */
    public static long bytes(int items, int dimension) {
        return BYTES_OF_A_STEP + Trainer.BYTES_PER_WEIGHT * items * (dimension + 1);
    }

    @Override
    public int dimension() {
        return settings.dimension;
    }

    @Override
    public VariationalAutoencoder with(NetworkInputs inputs) {
        return new VariationalAutoencoder(settings, inputs);
    }

    @Override
    public Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        if (interactions.size() == 0) {
            return Factors.none(interactions.items());
        }
        NetworkTraining training = new NetworkTraining(toString(), inputs, settings.plan, interactions, parallel, progress);
        VaeNetwork network = new VaeNetwork(training.catalogue(), settings.hidden, settings.dimension);
        int size = MiniBatches.size(interactions.users(), settings.users);
        return training.run(
            network,
            HeldOut.randomOfSome(interactions, training.mayBeHeldOut(), HELD_OUT_FRACTION, HELD_OUT_USERS, settings.plan.seed()),
            (known, users) -> new UserBatches(
                known,
                users,
                network,
                size,
                settings.sampled,
                settings.dropout,
                settings.divergence,
                settings.growth
            ),
            weights -> model(network, weights),
            RankingMetrics::ndcg20
        );
    }

    private static Factors model(VaeNetwork network, List<NamedArray> weights) {
        float[][] rows = network.catalogue().rows(weights);
        VaeLayers layers = new VaeLayers(weights.subList(network.catalogue().weights(), weights.size()));
        return new Factors(rows, new NetworkEncoder(rows, layers, network.catalogue().map(weights)));
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
