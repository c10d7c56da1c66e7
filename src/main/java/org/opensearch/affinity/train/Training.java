package org.opensearch.affinity.train;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.Blocking;
import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.Tuning;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.fusion.FusionLearner;
import org.opensearch.affinity.train.fusion.TrainingExample;
import org.opensearch.affinity.train.journal.LogExtent;
import org.opensearch.affinity.train.journal.TrainingJournal;
import org.opensearch.affinity.train.part.LearnedPart;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.part.RatingMethod;
import org.opensearch.affinity.train.part.RequestedParts;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.lease.Releasables;
import org.opensearch.common.unit.TimeValue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One training run: learns item-item neighbours from the log, and the weights of the signals from judged queries. Weights are
 * learned without the interactions of a user at or after the user's first judged query, which would reveal the chosen items. The
 * final model is learned from the whole log, or from a sample of its users if it is too large. Calls block.
 */
final class Training {
    private static final Logger LOGGER = LogManager.getLogger(Training.class);
    static final long SEED = 20_260_101L;
    /** Largest number of scores that one trial of tuning computes, so that it takes seconds for any catalogue. */
    private static final int MAX_TUNING_SCORES = 200_000_000;
    private static final int MIN_SAMPLED_USERS = 100;
    private static final int MAX_SAMPLED_USERS = 2_000;
    /** With fewer users, tuning is unreliable. */
    static final int MIN_TUNING_USERS = 50;
    private static final double HELD_OUT_FRACTION = 0.1;
    private static final TimeValue PROFILE_TIMEOUT = TimeValue.timeValueSeconds(30);

    private final TrainingResources resources;
    private final TrainTask task;
    private final Tracker tracker;
    private final UserNames names;
    private final int maxEvents;
    private final LearnedWeights signalWeights;
    private final RequestedParts requested;
    private final TimeValue checkpointInterval;

    /**
     * @param names     the names of users in the live profiles
     * @param signals   to rank hits by, relevance included; all others get weight 0
     * @param requested parts of the model, besides neighbours
     * @param maxEvents largest number of events that are kept of the log
     * @param checkpointInterval how often the states of networks are kept
     */
    Training(
        TrainingResources resources,
        Tracker tracker,
        UserNames names,
        List<String> signals,
        RequestedParts requested,
        int maxEvents,
        TimeValue checkpointInterval
    ) {
        this.checkpointInterval = checkpointInterval;
        this.requested = requested;
        this.resources = resources;
        this.tracker = tracker;
        this.names = names;
        this.maxEvents = maxEvents;
        task = resources.task();
        signalWeights = new LearnedWeights(tracker, signals);
    }

    /**
     * Trains a model, which is not active afterwards. Deletes what it has written if a step fails. The {@link TrainingJournal} stays unless
     * the training was cancelled: the same request goes on from there.
     *
     * @param number  the model's number; the model gets the next one if weights are learned without a part of the log
     * @param reused  the model whose weights and settings are reused; null to choose settings, and to learn weights or use the default ones
     * @param queries to learn weights from
     */
    TrainingResult run(int number, ReusedModel reused, TrainingQueries queries) {
        long start = System.nanoTime();
        TrainingJournal.Log left = TrainingJournal.left(resources.client(), tracker.name());
        try (Data data = read(queries.areInLog(), request(reused), left)) {
            Interactions interactions = data.interactions;
            ItemContents contents = data.contents;
            TrainingJournal journal = new TrainingJournal(resources.client(), tracker.name(), checkpointInterval, data.log, left);
            ModelBuilder models = new ModelBuilder(resources, tracker, interactions, contents, journal);
            List<JudgedQuery> judged = WeightTraining.sample(queries.of(interactions, names), queries.counts());
            Interactions.Filter beforeQueries = beforeFirstQuery(judged);
            int finalNumber = interactions.areAllIncluded(beforeQueries) ? number : number + 1;
            PartTraining partTraining = new PartTraining(resources, requested, reused, queries.areAsked(), journal);
            try (partTraining) {
                InteractionMatrix matrix = interactions.matrix(beforeQueries);
                Neighbourhood method = reused != null && reused.method() != null ? reused.method() : tune(matrix);
                InteractionMatrix before = matrix;
                List<PartMethod> parts = partTraining.methods(matrix, contents.vectors(), () -> sample(before));
                RatingMethod ratings = partTraining.ratings(interactions, beforeQueries);
                EarlierModel earlier = reused == null ? null : reused.continued();
                ModelBuilder.Plan plan = new ModelBuilder.Plan(method, parts, ratings, earlier, partTraining::leaveOut);
                ModelBuilder.Learned learned = models.build(number, matrix, beforeQueries, plan);
                parts = learned.parts().stream().map(LearnedPart::method).toList();
                LearnedRanking searches = LearnedRanking.of(reused != null ? reused.ranking() : signalWeights.ranking(null));
                LearnedRanking forYou = reused != null ? LearnedRanking.of(reused.forYou()) : searches;
                if (queries.areAsked()) {
                    TrainingExamples examples = examples(number, method, interactions, queries);
                    searches = learned(signalWeights, examples::of, judged, queries.counts(), "");
                    forYou = forYou(examples, judged, searches);
                }
                List<LearnedRanking> rankings = List.of(searches, forYou);
                List<PartMethod> kept = partTraining.kept(parts, rankings, signalWeights.names());
                RatingMethod keptRatings = partTraining.kept(ratings, rankings, signalWeights.names());
                if (kept.equals(parts) == false || keptRatings != ratings) {
                    finalNumber = number + 1;
                }
                if (finalNumber != number) {
                    matrix = interactions.matrix(Training::all);
                    learned = models.build(finalNumber, matrix, Training::all, plan.with(kept, keptRatings));
                }
                TrainingResult result = new TrainingResult(
                    finalNumber,
                    System.currentTimeMillis(),
                    interactions.size(),
                    interactions.newest(),
                    interactions.users(),
                    matrix.items(),
                    method,
                    learned,
                    partTraining.leftOut(),
                    searches,
                    forYou,
                    reused,
                    journal.resumed(),
                    interactions.sampled(),
                    (System.nanoTime() - start) / 1e9
                );
                models.describe(result);
                journal.delete();
                if (finalNumber != number) {
                    models.delete(number);
                }
                return result;
            } catch (RuntimeException e) {
                models.delete(number);
                models.delete(finalNumber);
                throw e;
            }
        } catch (RuntimeException e) {
            if (task.isCancelled()) {
                TrainingJournal.delete(resources.client(), tracker.name());
            }
            throw e;
        }
    }

    /** Returns what was asked for, as text. */
    private String request(ReusedModel reused) {
        String again = reused == null ? "" : " of model " + reused.number() + (reused.continued() == null ? "" : ", continued");
        return requested.text() + " by " + signalWeights.names() + again;
    }

    /** What a training learns from. */
    private record Data(Interactions interactions, ItemContents contents, TrainingJournal.Log log) implements Releasable {
        @Override
        public void close() {
            Releasables.close(contents, interactions);
        }
    }

    /**
     * Reads the log and the items.
     *
     * @param left the journal that a training has left: if it is of the same request, its events are read again and no later ones, unless
     *             something has changed; null for none
     */
    private Data read(boolean withQueries, String request, TrainingJournal.Log left) {
        if (left != null && left.request().equals(request) && left.isRecent()) {
            Data same = read(withQueries, request, left.extent());
            if (same.log.equals(left)) {
                return same;
            }
            same.close();
            LOGGER.info("[affinity] the training of tracker [{}] begins anew: what it learns from is not what it was", tracker.name());
        }
        return read(withQueries, request, (LogExtent) null);
    }

    /** @param repeated the events to read; null for all */
    private Data read(boolean withQueries, String request, LogExtent repeated) {
        Interactions interactions = new Interactions(maxEvents, resources.breaker());
        ItemContents contents = null;
        try {
            LogExtent extent = readLog(interactions, withQueries, repeated);
            contents = readContents(interactions);
            String content = interactions.fingerprint() + ", " + contents.fingerprint();
            return new Data(interactions, contents, new TrainingJournal.Log(request, extent, content));
        } catch (RuntimeException e) {
            Releasables.close(contents, interactions);
            throw e;
        }
    }

    private LogExtent readLog(Interactions interactions, boolean withQueries, LogExtent repeated) {
        ProgressListener progress = task.begin("reading the log");
        int threads = resources.parallel().threads();
        try (LogScan scan = LogScan.open(resources.client(), tracker, names, threads, repeated)) {
            resources.parallel().run(scan.slices(), 1, progress, (from, to) -> {
                for (int slice = from; slice < to; slice++) {
                    scan.read(slice, withQueries, event -> {
                        // A slice may have millions of events.
                        task.requireNotCancelled();
                        interactions.add(event);
                    });
                }
            });
            interactions.sort();
            return scan.extent();
        }
    }

    private ItemContents readContents(Interactions interactions) {
        ProgressListener progress = task.begin("reading items");
        return ItemContents.read(resources.searches(), tracker, interactions.items(), resources.breaker(), progress);
    }

    /** Returns a filter for the interactions of each user before the user's first judged query. */
    private Interactions.Filter beforeFirstQuery(List<JudgedQuery> judged) {
        Map<String, Long> firstQueries = new HashMap<>();
        judged.forEach(query -> firstQueries.merge(names.of(query.user()), query.time(), Math::min));
        return (user, time) -> time < firstQueries.getOrDefault(user, Long.MAX_VALUE);
    }

    private static boolean all(String user, long time) {
        return true;
    }

    /** Returns the newest item of some users, or a random tenth of their items if the order of the log is unknown. */
    private static HeldOut sample(InteractionMatrix matrix) {
        HeldOut all = matrix.ordered() ? HeldOut.newest(matrix) : HeldOut.random(matrix, HELD_OUT_FRACTION, SEED);
        int users = Math.clamp(MAX_TUNING_SCORES / Math.max(1, matrix.items()), MIN_SAMPLED_USERS, MAX_SAMPLED_USERS);
        return all.sample(users, SEED);
    }

    private Neighbourhood tune(InteractionMatrix matrix) {
        Neighbourhood start = requested.settings().neighbours(Neighbourhood.cosine());
        HeldOut sample = sample(matrix);
        if (sample.users().length < MIN_TUNING_USERS) {
            return start;
        }
        Tuning<Neighbourhood> tuning = new Tuning<>(
            requested.settings().open(Signal.NEIGHBOURS, Neighbourhood.hyperparameters(matrix)),
            metrics -> RankingMetrics.mean(metrics.ndcg10()),
            1
        );
        ProgressListener progress = task.begin("tuning hyperparameters");
        return tuning.best(start, sample, resources.parallel(), progress, trial -> {}).method();
    }

    /** @param number of the model that the values of hits come from */
    private TrainingExamples examples(int number, Neighbourhood method, Interactions interactions, TrainingQueries queries) {
        GetProfileAction.Request withoutUser = new GetProfileAction.Request(tracker.name(), "", PROFILE_TIMEOUT);
        return new TrainingExamples(
            resources,
            Blocking.await(listener -> resources.client().execute(GetProfileAction.INSTANCE, withoutUser, listener)),
            IndexNames.MODELS.index(tracker.name(), number),
            (float) method.recencyDecay(),
            interactions,
            names,
            queries
        );
    }

    /** The ranking of searches without a text: what a user wanted by a query is what a home page should have shown before it. */
    private LearnedRanking forYou(TrainingExamples examples, List<JudgedQuery> judged, LearnedRanking otherwise) {
        LearnedWeights weights = signalWeights.forYou();
        if (weights.isEmpty()) {
            return otherwise;
        }
        QueryCounts counts = new QueryCounts();
        counts.read(judged.size());
        return learned(weights, query -> examples.forYou(query, counts), judged, counts, " of searches without a text");
    }

    /**
     * Learns weights.
     *
     * @param judged a sample of the queries
     * @param suffix of the names of the steps
     */
    private LearnedRanking learned(
        LearnedWeights weights,
        Function<JudgedQuery, TrainingExample> examples,
        List<JudgedQuery> judged,
        QueryCounts counts,
        String suffix
    ) {
        List<String> optional = requested.auto() ? requested.signals() : List.of();
        FusionLearner.Result fusion = new WeightTraining(resources, weights, counts, optional, suffix).learn(examples, judged);
        return new LearnedRanking(weights.ranking(fusion), fusion, weights.names(), counts);
    }
}
