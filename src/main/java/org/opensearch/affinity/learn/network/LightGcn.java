package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedSum;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.List;
import java.util.SplittableRandom;

/**
 * LightGCN (He et al., "LightGCN: simplifying and powering graph convolution network for recommendation", SIGIR'20), trained by
 * gradient descent. Items have embeddings, users have none, so new users are encoded like those of the training. With the vectors Z that
 * {@link LightGcnNetwork} makes of the embeddings,
 *
 * <pre>scores = R Z Zᵀ</pre>
 *
 * Two things differ from the paper, so that hundreds of steps are enough: the loss is a sampled softmax instead of BPR, and the first
 * embeddings are those of {@link LowPass} instead of random ones. A step uses the next {@value #USERS_PER_STEP} users of a random order
 * and {@value #SAMPLED_ITEMS} random items; after the last user, the order is shuffled again. Learning takes {@code 36 · dimension} bytes
 * per item, {@code 8 · (dimension + 16)} per user, and 40 per interaction.
 *
 * @param dimension    of the embeddings, at least 1; less if there are fewer singular vectors
 * @param hops         number of propagations to users and back: k hops are 2k + 1 layers; at least 0
 * @param steps        of gradient descent, at least 1; rounded up to whole passes over all users
 * @param rate         initial learning rate, above 0
 * @param recencyDecay of histories when a user is encoded; learning does not use it
 * @param seed         of the initial embeddings and of the samples
 * @param inputs       null until the method is to learn
 */
public record LightGcn(int dimension, int hops, int steps, double rate, double recencyDecay, long seed, NetworkInputs inputs)
    implements
        NetworkMethod {
    private static final int USERS_PER_STEP = 2_048;
    private static final int SAMPLED_ITEMS = 1_024;
    /** Root mean square of the initial embeddings' numbers. */
    private static final double INITIAL_SCALE = 0.2;
    /** Fraction of the progress; the rest is gradient descent. */
    private static final double INITIALISATION_FRACTION = 0.1;

    /** @throws IllegalArgumentException if a setting is out of range */
    public LightGcn {
        boolean decays = recencyDecay > 0 && recencyDecay <= 1;
        if (dimension < 1 || hops < 0 || steps < 1 || rate > 0 == false || decays == false) {
            throw new IllegalArgumentException(
                "[dimension] and [steps] must be at least 1, [hops] at least 0, [rate] above 0, [recencyDecay] above 0 and at most 1, got ["
                    + dimension + "], [" + steps + "], [" + hops + "], [" + rate + "], [" + recencyDecay + "]"
            );
        }
    }

    /** Returns the memory that learning takes. */
    public static long bytes(InteractionMatrix interactions, int dimension) {
        return 36L * dimension * interactions.items() + 8L * (dimension + 16) * interactions.users() + 40L * interactions.size();
    }

    /** Returns the settings that a search begins with. */
    public static LightGcn standard() {
        return new LightGcn(128, 1, 200, 0.03, 1, 1, null);
    }

    /** Returns the hyperparameters to tune; the recency decay only if the order of the interactions is known. */
    public static List<Hyperparameter<LightGcn>> hyperparameters(InteractionMatrix interactions) {
        List<Hyperparameter<LightGcn>> all = List.of(
            Hyperparameter.of("recencyDecay", LightGcn::withRecencyDecay, 0.7, 0.85, 1.0),
            Hyperparameter.of("dimension", LightGcn::withDimension, 128, 256)
        );
        return interactions.ordered() ? all : all.subList(1, all.size());
    }

    public LightGcn withDimension(int dimension) {
        return new LightGcn(dimension, hops, steps, rate, recencyDecay, seed, inputs);
    }

    @Override
    public LightGcn with(NetworkInputs inputs) {
        return new LightGcn(dimension, hops, steps, rate, recencyDecay, seed, inputs);
    }

    public LightGcn withHops(int hops) {
        return new LightGcn(dimension, hops, steps, rate, recencyDecay, seed, inputs);
    }

    public LightGcn withSteps(int steps) {
        return new LightGcn(dimension, hops, steps, rate, recencyDecay, seed, inputs);
    }

    public LightGcn withRecencyDecay(double recencyDecay) {
        return new LightGcn(dimension, hops, steps, rate, recencyDecay, seed, inputs);
    }

    @Override
    public Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        ProgressListener first = progress.part(0, INITIALISATION_FRACTION);
        LightGcnNetwork network = new LightGcnNetwork(initialEmbeddings(interactions, parallel, first), hops);
        if (interactions.size() == 0 || RowMatrix.width(network.first()) == 0) {
            progress.at(1);
            return factors(network.first(), interactions);
        }
        GraphBatches batches = new GraphBatches(interactions, USERS_PER_STEP, SAMPLED_ITEMS);
        int epochs = Math.ceilDiv(steps, batches.steps());
        Trainer trainer = new Trainer(inputs.device(), network, new TrainingPlan(epochs, epochs, rate, 0, seed));
        Checkpoint end = trainer.train(Checkpoint.initial(network.initial(new SplittableRandom(seed)), Double.NEGATIVE_INFINITY), batches, (weights, check) -> 0, state -> {}, progress.part(INITIALISATION_FRACTION, 1));
        return factors(layers(network, end.weights(), batches), interactions);
    }

    private float[][] layers(LightGcnNetwork network, List<NamedArray> weights, GraphBatches batches) {
        try (PtNDManager manager = inputs.device().newManager(); TorchProgram program = new TorchProgram(manager, network.methods())) {
            Trainer.prepareThread();
            List<List<NDArray>> arguments = List.of(NamedArray.on(manager, weights), batches.graph(manager));
            return weights.getFirst().with(program.call(manager, "layers", false, arguments).get(0).toFloatArray()).rows();
        }
    }

    /**
     * An item of degree d with the singular vector v begins with {@code d^¼ v}. So half of its popularity is in the vector that
     * users are compared with, and half is removed from what the item adds to users.
     */
    private float[][] initialEmbeddings(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        Factors lowPass = new LowPass(dimension, 0, 1, 0.5, 1, seed, null).learn(interactions, parallel, progress);
        double[] degrees = interactions.itemDegrees();
        float[][] embeddings = new float[interactions.items()][lowPass.dimension()];
        for (int item = 0; item < embeddings.length; item++) {
            if (degrees[item] > 0) {
                RowMatrix.add((float) Math.pow(degrees[item], -0.25), lowPass.vector(item), embeddings[item]);
            }
        }
        scale(embeddings);
        return embeddings;
    }

    private static void scale(float[][] vectors) {
        double squares = 0;
        for (float[] vector : vectors) {
            squares += VectorUtil.dotProduct(vector, vector);
        }
        double root = Math.sqrt(squares / ((double) vectors.length * RowMatrix.width(vectors)));
        for (float[] vector : vectors) {
            for (int d = 0; d < vector.length; d++) {
                vector[d] *= root > 0 ? (float) (INITIAL_SCALE / root) : 0;
            }
        }
    }

    /** Encoding leaves out the division by the user's degree in R: it does not change the order of items. */
    private Factors factors(float[][] vectors, InteractionMatrix interactions) {
        double[] degrees = interactions.itemDegrees();
        int width = RowMatrix.width(vectors);
        float[][] inputs = new float[vectors.length][width];
        for (int item = 0; item < vectors.length; item++) {
            if (degrees[item] > 0) {
                RowMatrix.add((float) (1 / Math.sqrt(degrees[item])), vectors[item], inputs[item]);
            }
        }
        return new Factors(vectors, new WeightedSum(inputs, width, interactions.ordered() ? recencyDecay : 1));
    }

    @Override
    public String toString() {
        return "LightGcn[dimension=" + dimension + ", hops=" + hops + ", steps=" + steps + ", rate=" + rate + ", recencyDecay=" + recencyDecay
            + ", seed=" + seed + "]";
    }
}
