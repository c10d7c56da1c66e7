package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.train.QueryCounts.Dropped;
import org.opensearch.affinity.train.fusion.FusionLearner.Checks;
import org.opensearch.affinity.train.fusion.FusionLearner;
import org.opensearch.affinity.train.fusion.ShapeLearner;
import org.opensearch.affinity.train.fusion.TrainingExample;
import org.opensearch.common.unit.TimeValue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;

/**
 * Learns the weights of signals from a sample of judged queries, the lessons, and checks them on others: on a fifth of the queries, and on
 * all that are no lessons, as far as time allows. Calls block.
 */
final class WeightTraining {
    /** More examples hardly improve the estimates of a dozen weights. */
    private static final int MAX_LESSONS = 3_000;
    private static final int MAX_CHECKS = 10_000;
    private static final double CHECKED_FRACTION = 0.2;
    /** Checks beyond this time are left out. The queries are in random order, so the others are a sample of all. */
    private static final TimeValue CHECK_TIME = TimeValue.timeValueMinutes(5);
    /** Largest number of sampled hits of an example that were not chosen; checks are ranked with all hits. */
    private static final int MAX_NEGATIVES = 150;
    /** The default weights, the learned ones, and these with curves and products. */
    private static final int RANKINGS = 3;

    private final TrainingResources resources;
    private final LearnedWeights signalWeights;
    private final QueryCounts counts;
    private final List<String> optional;
    private final String suffix;

    /**
     * @param counts   get the number of checks for which there was no time
     * @param optional signals that are left out unless they help
     * @param suffix   of the names of the steps; may be empty
     */
    WeightTraining(
        TrainingResources resources,
        LearnedWeights signalWeights,
        QueryCounts counts,
        List<String> optional,
        String suffix
    ) {
        this.suffix = suffix;
        this.optional = optional;
        this.resources = resources;
        this.signalWeights = signalWeights;
        this.counts = counts;
    }

    /**
     * Draws the queries that weights are learned from and checked on.
     *
     * @param counts get the number of the others
     */
    static List<JudgedQuery> sample(List<JudgedQuery> judged, QueryCounts counts) {
        List<JudgedQuery> shuffled = new ArrayList<>(judged);
        Collections.shuffle(shuffled, new Random(Training.SEED));
        int size = Math.min(shuffled.size(), MAX_LESSONS + MAX_CHECKS);
        counts.drop(Dropped.NOT_DRAWN, shuffled.size() - size);
        return shuffled.subList(0, size);
    }

    /** Returns how many queries of a sample are checks. */
    static int checks(int sample) {
        return Math.max((int) (sample * CHECKED_FRACTION), sample - MAX_LESSONS);
    }

    /**
     * @param examples of queries; null for a query without one
     * @param sample   see {@link #sample}
     */
    FusionLearner.Result learn(Function<JudgedQuery, TrainingExample> examples, List<JudgedQuery> sample) {
        List<JudgedQuery> checks = sample.subList(0, checks(sample.size()));
        List<JudgedQuery> lessons = sample.subList(checks.size(), sample.size());
        ShapeLearner shapes = new ShapeLearner(
            resources.parallel(),
            signalWeights.names(),
            signalWeights.lowerBounds(),
            resources.breaker()
        );
        List<Integer> mayBeLeftOut = optional.stream().map(signalWeights.names()::indexOf).filter(index -> index >= 0).toList();
        FusionLearner learner = new FusionLearner(signalWeights.defaults(), signalWeights.lowerBounds(), shapes, mayBeLeftOut);
        List<TrainingExample> training = lessons(examples, lessons);
        ProgressListener progress = resources.task().begin("learning weights" + suffix);
        return learner.learn(training, learned -> check(examples, checks, learned), progress);
    }

    private List<TrainingExample> lessons(Function<JudgedQuery, TrainingExample> examples, List<JudgedQuery> queries) {
        TrainingExample[] made = new TrainingExample[queries.size()];
        resources.parallel().run(made.length, 1, resources.task().begin("repeating judged queries" + suffix), (from, to) -> {
            for (int i = from; i < to; i++) {
                TrainingExample example = example(examples, queries.get(i));
                made[i] = example == null ? null : sampled(example, queries.get(i));
            }
        });
        return Arrays.stream(made).filter(Objects::nonNull).toList();
    }

    /** Returns the example of a query with the values of the requested signals; null for a query without one. */
    private TrainingExample example(Function<JudgedQuery, TrainingExample> examples, JudgedQuery query) {
        TrainingExample example = examples.apply(query);
        return example == null ? null : example.select(signalWeights.indices());
    }

    private static TrainingExample sampled(TrainingExample example, JudgedQuery query) {
        return example.sample(MAX_NEGATIVES, new Random(Training.SEED ^ query.hashCode()));
    }

    /** Ranks the hits of queries. They are not kept: each may have thousands. */
    private Checks check(
        Function<JudgedQuery, TrainingExample> examples,
        List<JudgedQuery> queries,
        FusionLearner.Learned learned
    ) {
        long end = System.nanoTime() + CHECK_TIME.nanos();
        double[] defaults = signalWeights.defaults();
        double[][] ndcg = new double[queries.size()][];
        TrainingExample[] kept = new TrainingExample[Math.min(MAX_LESSONS, queries.size())];
        resources.parallel().run(queries.size(), 1, resources.task().begin("checking weights" + suffix), (from, to) -> {
            for (int i = from; i < to; i++) {
                if (System.nanoTime() - end > 0) {
                    counts.drop(Dropped.NO_TIME, 1);
                    continue;
                }
                TrainingExample example = example(examples, queries.get(i));
                if (example != null) {
                    ndcg[i] = ndcg(example, defaults, learned);
                }
                if (example != null && i < kept.length) {
                    kept[i] = sampled(example, queries.get(i));
                }
            }
        });
        double[][] checked = Arrays.stream(ndcg).filter(Objects::nonNull).toArray(double[][]::new);
        double[][] without = new double[defaults.length][];
        Arrays.setAll(without, value -> learned.without()[value] == null ? null : column(checked, RANKINGS + value));
        double[] shaped = learned.shape() == null ? null : column(checked, 2);
        List<TrainingExample> more = Arrays.stream(kept).filter(Objects::nonNull).toList();
        return new Checks(column(checked, 0), column(checked, 1), shaped, without, more);
    }

    /** Returns NDCG@10 of {@value #RANKINGS} rankings, and then without each of the values. */
    private static double[] ndcg(TrainingExample example, double[] defaults, FusionLearner.Learned learned) {
        double[] ndcg = new double[RANKINGS + defaults.length];
        ndcg[0] = example.ndcg(defaults);
        ndcg[1] = example.ndcg(learned.weights());
        ndcg[2] = learned.shape() == null ? 0 : learned.shape().ndcg(example);
        for (int value = 0; value < defaults.length; value++) {
            double[] without = learned.without()[value];
            ndcg[RANKINGS + value] = without == null ? 0 : example.ndcg(without);
        }
        return ndcg;
    }

    private static double[] column(double[][] rows, int column) {
        return Arrays.stream(rows).mapToDouble(row -> row[column]).toArray();
    }
}
