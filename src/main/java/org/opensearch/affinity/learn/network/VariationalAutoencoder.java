package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Learns which items belong to a user from the others, without their order, see {@link VaeNetwork}. The vector of a user is the mean that
 * the network encodes. The training ends when the NDCG@20 of a held-out fifth of the items of a few users does not rise any more.
 *
 * @param inputs null until the method is to learn
 */
public record VariationalAutoencoder(Settings settings, NetworkInputs inputs) implements NetworkMethod {
    /** The most concepts that are tried. */
    public static final int MAX_CONCEPTS_TO_TRY = 8;
    private static final long BYTES_OF_A_STEP = 100_000_000;
    /** Users of whom items are held out. */
    private static final int HELD_OUT_USERS = 1_000;
    private static final double HELD_OUT_FRACTION = 0.2;

    /**
     * Settings of the method.
     *
     * @param hidden     width of the hidden layer, at least 1
     * @param dimension  of the latent vectors of one concept, at least 1
     * @param concepts   number of concepts, at least 1
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
        int concepts,
        double dropout,
        double divergence,
        int growth,
        int users,
        int sampled,
        TrainingPlan plan
    ) {
        /** @throws IllegalArgumentException if a setting is out of range */
        public Settings {
            if (hidden < 1 || dimension < 1 || concepts < 1 || growth < 1 || users < 1 || sampled < 1) {
                throw new IllegalArgumentException("[hidden], [dimension], [concepts], [growth], [users] and [sampled] must be at least 1");
            }
            if (dropout >= 0 == false || dropout >= 1 || divergence >= 0 == false) {
                throw new IllegalArgumentException(
                    "[dropout] must be from 0, below 1, and [divergence] at least 0, got [" + dropout + "] and [" + divergence + "]"
                );
            }
        }

        /** Returns the settings that a search begins with. */
        public static Settings standard() {
            return new Settings(200, 128, 1, 0.5, 0.2, 20, 512, 2_048, new TrainingPlan(40, 6, 0.003, 0, 1));
        }

        public Settings withDivergence(double divergence) {
            return new Settings(hidden, dimension, concepts, dropout, divergence, growth, users, sampled, plan);
        }

        public Settings withDimension(int dimension) {
            return new Settings(hidden, dimension, concepts, dropout, divergence, growth, users, sampled, plan);
        }

        public Settings withConcepts(int concepts) {
            return new Settings(hidden, dimension, concepts, dropout, divergence, growth, users, sampled, plan);
        }

        public Settings withPlan(TrainingPlan plan) {
            return new Settings(hidden, dimension, concepts, dropout, divergence, growth, users, sampled, plan);
        }
    }

    /** Returns the method that a search begins with. */
    public static VariationalAutoencoder standard() {
        return new VariationalAutoencoder(Settings.standard(), null);
    }

    /** Returns the method with concepts that a search begins with. */
    public static VariationalAutoencoder concepts() {
        return new VariationalAutoencoder(Settings.standard().withDimension(64).withConcepts(4), null);
    }

    /** Returns the hyperparameters to tune with concepts. */
    public static List<Hyperparameter<VariationalAutoencoder>> conceptHyperparameters() {
        return List.of(
            Hyperparameter.of("concepts", VariationalAutoencoder::withConcepts, 4, MAX_CONCEPTS_TO_TRY),
            Hyperparameter.of("divergence", VariationalAutoencoder::withDivergence, 0.2, 0.5)
        );
    }

    private VariationalAutoencoder withConcepts(int concepts) {
        return new VariationalAutoencoder(settings.withConcepts(concepts), inputs);
    }

    /** Returns a control: the same with random weights. */
    public VariationalAutoencoder untrained() {
        return new VariationalAutoencoder(settings.withPlan(settings.plan.untrained()), inputs);
    }

    /** Returns the hyperparameters to tune. */
    public static List<Hyperparameter<VariationalAutoencoder>> hyperparameters() {
        return List.of(Hyperparameter.of("divergence", VariationalAutoencoder::withDivergence, 0.2, 0.5));
    }

    private VariationalAutoencoder withDivergence(double divergence) {
        return new VariationalAutoencoder(settings.withDivergence(divergence), inputs);
    }

    /**
     * Returns the memory that learning takes, on the heap and on the device.
     *
     * @param dimension of one concept
     */
    public static long bytes(int items, int dimension, int concepts) {
        // The rows of the model, and the vectors to begin with.
        long rows = concepts == 1 ? 0 : (long) Float.BYTES * items * (VaeLayers.dimension(concepts, dimension) + dimension);
        return BYTES_OF_A_STEP + Trainer.BYTES_PER_WEIGHT * items * (dimension + 1) + rows;
    }

    @Override
    public int dimension() {
        return VaeLayers.dimension(settings.concepts, settings.dimension) - 1;
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
        // Kinds of interests are found by what users have in common, not by chance.
        boolean starts = settings.concepts > 1 && inputs.earlier() == null && settings.plan.isUntrained() == false;
        float[][] start = starts ? start(interactions, parallel, progress.part(0, 0.1)) : null;
        ProgressListener rest = starts ? progress.part(0.1, 1) : progress;
        NetworkTraining training = new NetworkTraining(toString(), inputs, settings.plan, interactions, parallel, rest);
        VaeNetwork network = new VaeNetwork(training.catalogue(), settings.hidden, settings.dimension, settings.concepts, start);
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

    /** Returns the item vectors of graph convolution. */
    private float[][] start(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        Factors graph = LowPass.standard().withDamping(0.5).withDimension(settings.dimension).learn(interactions, parallel, progress);
        return IntStream.range(0, interactions.items()).mapToObj(graph::vector).toArray(float[][]::new);
    }

    private static Factors model(VaeNetwork network, List<NamedArray> weights) {
        float[][] rows = network.rows(weights);
        VaeLayers layers = new VaeLayers(network.concepts(), weights.subList(network.catalogue().weights(), weights.size()));
        // The parts of a row are no linear map of content.
        float[][] map = network.concepts() == 1 ? network.catalogue().map(weights) : new float[0][];
        return new Factors(rows, new NetworkEncoder(rows, layers, map));
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
