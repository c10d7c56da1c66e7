package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.network.MiniBatches.MiniBatch;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Trains a network by mini-batches with Adam, on the calling thread, and stops early. A step is one call of a {@link TorchProgram}, so
 * several trainings can run in one JVM. All random numbers come from the plan's seed. Memory on the device is freed when a call returns or
 * throws. Immutable.
 *
 * @param network what is trained
 * @param plan    how long and how fast
 */
record Trainer(TorchDevice device, Network network, TrainingPlan plan) {
    /**
     * Memory of a training: a weight, its gradient and Adam's two means on the device; on the heap the weight and these means before and
     * after an epoch, the best weight, the first one, and what is made of weights for the held-out part; and two copies of a state while it
     * is kept.
     */
    static final long BYTES_PER_WEIGHT = 22 * Float.BYTES;

    /** How good weights are on a held-out part; higher is better. */
    @FunctionalInterface
    interface Figure {
        /** @param check is called often meanwhile, and throws if the training was cancelled */
        double of(List<NamedArray> weights, ProgressListener check);
    }

    /**
     * Trains until the plan's end, or until the figure on the held-out part stays below the best one.
     *
     * @param from    where to begin
     * @param batches to learn from
     * @param figure  decides when the training ends
     * @param onEpoch called after each epoch
     * @return the last state, with the best weights
     * @throws java.util.concurrent.CancellationException if the progress listener threw it; it is called after each step
     * @throws NetworkMethod.DivergedException if the loss is not finite any more
     */
    Checkpoint train(
        Checkpoint from,
        MiniBatches batches,
        Figure figure,
        Consumer<Checkpoint> onEpoch,
        ProgressListener progress
    ) {
        try (
            PtNDManager manager = device.newManager();
            TorchProgram program = new TorchProgram(manager, network.methods() + TrainingStep.methods(plan.weightDecay()))
        ) {
            prepareThread();
            Run run = new Run(manager, program, from);
            Checkpoint state = from;
            while (state.epochs() < plan.epochs() && state.epochs() - state.bestEpochs() < plan.patience()) {
                int epoch = state.epochs();
                double done = (epoch + 1.0) / plan.epochs();
                run.epoch(epoch, batches, progress.part((double) epoch / plan.epochs(), done));
                state = run.after(state, figure, part -> progress.at(done));
                onEpoch.accept(state);
            }
            progress.at(1);
            return state;
        }
    }

    /** Applies libtorch's settings that are local to a thread, after it is loaded: one thread computes, and code is run as it is. */
    static void prepareThread() {
        JniUtils.setNumThreads(1);
        JniUtils.setGraphExecutorOptimize(false);
    }

    /** What a training keeps on the device. */
    private final class Run {
        private final NDManager manager;
        private final TorchProgram program;
        private final List<NDArray> weights;
        private final List<NDArray> means;
        private final List<NDArray> squares;
        private final List<NDArray> counts;
        private long steps;

        Run(NDManager manager, TorchProgram program, Checkpoint from) {
            this.manager = manager;
            this.program = program;
            weights = NamedArray.on(manager, from.weights());
            means = NamedArray.on(manager, from.means());
            squares = NamedArray.on(manager, from.squares());
            steps = from.steps();
            counts = weights.stream().map(weight -> manager.create((float) steps)).toList();
        }

        void epoch(int epoch, MiniBatches batches, ProgressListener progress) {
            // One generator an epoch, so that a training can be continued after any.
            SplittableRandom random = new SplittableRandom(31 * plan.seed() + epoch + 1);
            List<MiniBatch> all = batches.epoch(epoch, random);
            for (int i = 0; i < all.size(); i++) {
                double done = (epoch + (double) i / all.size()) / plan.epochs();
                step(all.get(i), random, plan.rate() * (1 - done));
                progress.at((i + 1.0) / all.size());
            }
        }

        private void step(MiniBatch batch, SplittableRandom random, double rate) {
            try (NDManager scope = manager.newSubManager()) {
                List<NDArray> arrays = new ArrayList<>(batch.arrays(scope, random));
                arrays.add(scope.create((float) rate));
                NDList result = program.call(scope, "step", true, List.of(weights, means, squares, counts, arrays));
                float loss = result.get(0).getFloat();
                if (Float.isFinite(loss) == false) {
                    throw new NetworkMethod.DivergedException(loss, steps);
                }
                steps++;
            }
        }

        Checkpoint after(Checkpoint before, Figure figure, ProgressListener check) {
            List<NamedArray> now = read(weights, before.weights());
            double value = figure.of(now, check);
            boolean better = value >= before.bestFigure();
            return new Checkpoint(
                before.epochs() + 1,
                steps,
                now,
                read(means, before.means()),
                read(squares, before.squares()),
                better ? now : before.best(),
                better ? before.epochs() + 1 : before.bestEpochs(),
                better ? value : before.bestFigure()
            );
        }

        private static List<NamedArray> read(List<NDArray> arrays, List<NamedArray> like) {
            return IntStream.range(0, arrays.size()).mapToObj(i -> like.get(i).with(arrays.get(i).toFloatArray())).toList();
        }
    }
}
