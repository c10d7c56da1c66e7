package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.tracker.Ranking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Learns the weights of signals from a sample of judged queries, a fifth of which is held out. Calls block. */
final class WeightTraining {
    /** More examples hardly improve the estimates of a dozen weights. */
    private static final int MAX_TRAINING_EXAMPLES = 3_000;
    private static final int MAX_HELD_OUT_EXAMPLES = 500;
    private static final double HELD_OUT_FRACTION = 0.2;
    /** Largest number of sampled hits of a training example that were not chosen; held-out examples have all hits. */
    private static final int MAX_NEGATIVES = 150;

    private final TrainingResources resources;
    private final LearnedWeights signalWeights;

    WeightTraining(TrainingResources resources, LearnedWeights signalWeights) {
        this.resources = resources;
        this.signalWeights = signalWeights;
    }

    FusionLearner.Result learn(TrainingExamples examples, List<JudgedQuery> judged, TrainingQueries queries) {
        List<JudgedQuery> sample = sample(judged);
        int heldOutSize = Math.min(MAX_HELD_OUT_EXAMPLES, (int) (sample.size() * HELD_OUT_FRACTION));
        TrainingExample[] made = new TrainingExample[sample.size()];
        resources.parallel().run(sample.size(), 1, resources.task().begin("repeating judged queries"), (from, to) -> {
            for (int i = from; i < to; i++) {
                int maxNegatives = i < heldOutSize ? Ranking.MAX_WINDOW_SIZE : MAX_NEGATIVES;
                made[i] = examples.of(sample.get(i), queries.search(sample.get(i)), maxNegatives);
            }
        });
        List<TrainingExample> heldOut = select(made, 0, heldOutSize);
        List<TrainingExample> training = select(made, heldOutSize, made.length);
        FusionLearner learner = new FusionLearner(signalWeights.defaults(), signalWeights.lowerBounds());
        return learner.learn(training, heldOut, resources.task().begin("learning weights"));
    }

    private static List<JudgedQuery> sample(List<JudgedQuery> judged) {
        List<JudgedQuery> shuffled = new ArrayList<>(judged);
        Collections.shuffle(shuffled, new Random(Training.SEED));
        return shuffled.subList(0, Math.min(shuffled.size(), MAX_TRAINING_EXAMPLES + MAX_HELD_OUT_EXAMPLES));
    }

    /** Returns the examples of a range with the values of the requested signals; a query without an example is null. */
    private List<TrainingExample> select(TrainingExample[] examples, int from, int to) {
        int[] indices = signalWeights.indices();
        return Arrays.stream(examples, from, to).filter(Objects::nonNull).map(example -> example.select(indices)).toList();
    }
}
