package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.Tuning;
import org.opensearch.affinity.learn.neighbour.ContentMap;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;

/**
 * One training: learns which items go together from the log, and from judged searches how much each signal counts. What users
 * did at or after their first judged search takes no part in what is learned from that search: it would be in the answer. The
 * model that is kept knows all of the log. Calls block.
 */
final class Training {
    private static final int WRITTEN_AT_ONCE = 500;
    private static final int MADE_AT_ONCE = 50;
    /** Scores that one trial of settings computes, so that it takes seconds with any catalogue. */
    private static final int MOST_JUDGED = 200_000_000;
    /** Fewer users than that say nothing about settings. */
    private static final int LEAST_JUDGED = 50;
    /** More searches than that teach nothing new about a dozen weights. */
    private static final int MOST_LESSONS = 3_000;
    private static final int MOST_CHECKS = 500;
    private static final double CHECKED = 0.2;
    private static final int OTHERS = 150;
    private static final float UNTAUGHT_BEHAVIOUR = 4;
    /** A score is a float: its logarithm must stay below 88. */
    private static final double MOST_LOG = 80;
    private static final long SEED = 20_260_101L;

    private final Client client;
    private final Client searches;
    private final UserNames names;
    private final RankNode node;
    private final ParallelFor parallel;
    private final TrainTask task;
    private final Tracker tracker;
    private final List<String> signals;
    private final int maxEvents;
    private final CircuitBreaker breaker;

    /**
     * @param searches for what is to end when the training is cancelled
     * @param names   by which the users of the log are to be told apart
     * @param signals by which hits are to be ranked; all others will weigh nothing
     * @param breaker that is told of the memory which it takes
     */
    Training(Client client, Client searches, UserNames names, RankNode node, ParallelFor parallel, TrainTask task, Tracker tracker, List<String> signals, int maxEvents, CircuitBreaker breaker) {
        this.client = client;
        this.searches = searches;
        this.names = names;
        this.node = node;
        this.parallel = parallel;
        this.task = task;
        this.tracker = tracker;
        this.signals = signals;
        this.maxEvents = maxEvents;
        this.breaker = breaker;
    }

    /**
     * Trains, and leaves a model behind that is not used yet.
     *
     * @param number  that the model gets, or the one after it
     * @param weights that the model gets; null where they are to be learned, or the usual ones
     * @param asked   searches that were made
     */
    TrainingResult run(int number, Ranking weights, TrainingQueries asked) {
        long began = System.nanoTime();
        try (Interactions acts = new Interactions(maxEvents, breaker)) {
            read(acts, asked.areInLog());
            try (ItemContents contents = ItemContents.read(searches, tracker, acts.items(), breaker, task.begin("reading items"))) {
                return run(acts, contents, number, weights, asked, began);
            }
        }
    }

    private TrainingResult run(Interactions acts, ItemContents contents, int number, Ranking weights, TrainingQueries asked, long began) {
        List<JudgedQuery> questions = asked.of(acts);
        Map<String, Long> firsts = new HashMap<>();
        questions.forEach(question -> firsts.merge(names.of(question.user()), question.time(), Math::min));
        BiPredicate<String, Long> before = (user, time) -> time < firsts.getOrDefault(user, Long.MAX_VALUE);
        BiPredicate<String, Long> all = (user, time) -> true;
        ModelIndex models = new ModelIndex(client);
        int kept = acts.areCut(before) ? number + 1 : number;
        try {
            InteractionMatrix log = acts.log(before);
            Neighbourhood method = fitting(log);
            ContentMap.Fit content = write(models, number, acts, before, log, method, contents);
            FusionLearner.Learned learned = questions.isEmpty() ? null : learn(acts, number, (float) method.recencyDecay(), questions, asked);
            if (kept != number) {
                log = acts.log(all);
                content = write(models, kept, acts, all, log, method, contents);
            }
            Ranking ranking = weights != null ? weights : ranking(learned);
            TrainingResult trained = new TrainingResult(kept, System.currentTimeMillis(), acts.size(), acts.users(), log.items(), method, content, ranking, learned, seconds(began));
            Blocking.<Void>await(listener -> models.describe(tracker.name(), kept, trained.about(), listener));
            if (kept != number) {
                drop(models, number);
            }
            return trained;
        } catch (RuntimeException e) {
            drop(models, number);
            drop(models, kept);
            throw e;
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private void read(Interactions acts, boolean withQueries) {
        ProgressListener progress = task.begin("reading the log");
        try (LogScan scan = LogScan.open(client, tracker, names, parallel.threads())) {
            parallel.run(scan.slices(), 1, progress, (from, to) -> {
                for (int slice = from; slice < to; slice++) {
                    // A slice may be a log of millions.
                    scan.read(slice, withQueries, act -> {
                        task.requireWanted();
                        acts.add(act);
                    });
                }
            });
        }
        acts.sort();
    }

    /** Settings that find what users took last, or a part of what they took where the log has no order. */
    private Neighbourhood fitting(InteractionMatrix log) {
        HeldOut all = log.ordered() ? HeldOut.newest(log) : HeldOut.random(log, 0.1, SEED);
        HeldOut held = all.sample(Math.clamp(MOST_JUDGED / Math.max(1, log.items()), 100, 2_000), SEED);
        if (held.users().length < LEAST_JUDGED) {
            return Neighbourhood.cosine();
        }
        Tuning<Neighbourhood> tuning = new Tuning<>(Neighbourhood.hyperparameters(log), metrics -> RankingMetrics.mean(metrics.ndcg10()), 1);
        return tuning.best(Neighbourhood.cosine(), held, parallel, task.begin("finding settings that fit the log"), trial -> {}).method();
    }

    /** Writes a model of what a rule keeps of the log. */
    private ContentMap.Fit write(ModelIndex models, int number, Interactions acts, BiPredicate<String, Long> kept, InteractionMatrix log, Neighbourhood method, ItemContents contents) {
        Neighbours neighbours = method.learn(log, parallel, task.begin("learning which items go together"));
        ContentMap content = ContentMap.learn(neighbours, contents.vectors(), parallel, task.begin("learning what content tells"));
        double[] popularities = acts.popularities(kept, tracker.decay());
        double[] totals = acts.popularities(kept, Decay.NONE);
        Blocking.<Void>await(listener -> models.create(tracker.name(), number, listener));
        ProgressListener progress = task.begin("writing the model");
        BitSet known = neighbours.known();
        float most = most(neighbours);
        for (int from = 0; from < neighbours.items(); from += WRITTEN_AT_ONCE) {
            int first = from;
            ModelIndex.Row[] rows = new ModelIndex.Row[Math.min(WRITTEN_AT_ONCE, neighbours.items() - from)];
            parallel.run(rows.length, MADE_AT_ONCE, ProgressListener.NONE, (start, end) -> {
                for (int i = start; i < end; i++) {
                    int item = first + i;
                    rows[i] = row(item, acts.items(), (float) popularities[item], (float) totals[item], neighbours, known.get(item), content, most);
                }
            });
            Blocking.<Void>await(listener -> models.write(tracker.name(), number, List.of(rows), listener));
            progress.at((double) (from + rows.length) / neighbours.items());
        }
        Blocking.<Void>await(listener -> models.finish(tracker.name(), number, listener));
        return content.fit();
    }

    private static float most(Neighbours neighbours) {
        float most = Float.MIN_NORMAL;
        for (int item = 0; item < neighbours.items(); item++) {
            for (int rank = 0; rank < Math.min(1, neighbours.size(item)); rank++) {
                most = Math.max(most, neighbours.similarity(item, rank));
            }
        }
        return most;
    }

    /** @param most similarity that there is: those that are written are parts of it */
    private static ModelIndex.Row row(int item, List<String> items, float popularity, float total, Neighbours neighbours, boolean known, ContentMap content, float most) {
        int size = neighbours.size(item);
        List<String> ids = IntStream.range(0, size).mapToObj(rank -> items.get(neighbours.neighbour(item, rank))).toList();
        float[] similarities = new float[size];
        for (int rank = 0; rank < size; rank++) {
            similarities[rank] = neighbours.similarity(item, rank) / most;
        }
        float[] vector = content.vector(item);
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= most;
        }
        return new ModelIndex.Row(items.get(item), popularity, total, ids, similarities, known, vector);
    }

    private void drop(ModelIndex models, int number) {
        try {
            Blocking.<Void>await(listener -> models.delete(List.of(IndexNames.MODELS.index(tracker.name(), number)), listener));
        } catch (RuntimeException e) {
            // It was never made, or the next training deletes it.
        }
    }

    private FusionLearner.Learned learn(Interactions acts, int number, float keep, List<JudgedQuery> questions, TrainingQueries how) {
        GetProfileAction.Response known = Blocking.await(
            listener -> client.execute(GetProfileAction.INSTANCE, new GetProfileAction.Request(tracker.name(), "", TimeValue.timeValueSeconds(30)), listener)
        );
        TrainingExamples lessons = new TrainingExamples(searches, node, known, IndexNames.MODELS.index(tracker.name(), number), keep, acts, names, how.areByProfile());
        List<JudgedQuery> drawn = new ArrayList<>(questions);
        Collections.shuffle(drawn, new Random(SEED));
        List<JudgedQuery> some = drawn.subList(0, Math.min(drawn.size(), MOST_LESSONS + MOST_CHECKS));
        int checks = Math.min(MOST_CHECKS, (int) (some.size() * CHECKED));
        TrainingExample[] asked = new TrainingExample[some.size()];
        parallel.run(some.size(), 1, task.begin("asking judged searches"), (from, to) -> {
            for (int i = from; i < to; i++) {
                int others = i < checks ? Ranking.MAX_WINDOW_SIZE : OTHERS;
                asked[i] = lessons.ask(some.get(i), how.search(some.get(i)), others);
            }
        });
        int[] places = signals.stream().mapToInt(TrainingExamples.names(tracker)::indexOf).toArray();
        List<TrainingExample> checked = Arrays.stream(asked, 0, checks).filter(Objects::nonNull).map(lesson -> lesson.of(places)).toList();
        List<TrainingExample> taught = Arrays.stream(asked, checks, asked.length).filter(Objects::nonNull).map(lesson -> lesson.of(places)).toList();
        return new FusionLearner(defaults(), least()).learn(taught, checked, task.begin("learning weights"));
    }

    /** What signals weigh without learning, those of a new model included. */
    private double[] defaults() {
        Ranking usual = untaught();
        Map<String, Float> weights = new HashMap<>(usual.signals());
        weights.put(TrainingExamples.RELEVANCE, usual.relevance());
        weights.put("affinity", usual.weight());
        tracker.signals().forEach(signal -> weights.putIfAbsent(signal.name(), signal.weight()));
        return signals.stream().mapToDouble(name -> weights.getOrDefault(name, 0f)).toArray();
    }

    private Ranking untaught() {
        return tracker.ranking().orElse(Ranking.ofWeights(null, null, Map.of(Signal.BEHAVIOUR, UNTAUGHT_BEHAVIOUR))).orElse(Ranking.DEFAULT);
    }

    private double[] least() {
        return signals.stream().mapToDouble(name -> Signal.mayCountAgainst(name) ? Double.NEGATIVE_INFINITY : 0).toArray();
    }

    /** The learned weights, brought into the range that there is for weights, which changes no order. */
    private Ranking ranking(FusionLearner.Learned learned) {
        Map<String, Float> weights = new LinkedHashMap<>();
        TrainingExamples.names(tracker).stream().filter(name -> signals.contains(name) == false).forEach(name -> weights.put(name, 0f));
        if (learned == null || learned.accepted() == false) {
            weights.putIfAbsent(Signal.BEHAVIOUR, UNTAUGHT_BEHAVIOUR);
            return Ranking.ofWeights(weights.remove("affinity"), null, weights);
        }
        double most = Arrays.stream(learned.weights()).map(Math::abs).max().orElse(0);
        // Signals are 1 at most, and the logarithm of a relevance is seldom more than 7.
        double highest = Arrays.stream(learned.weights()).map(weight -> Math.max(0, weight)).sum() + 6 * learned.weights()[signals.indexOf(TrainingExamples.RELEVANCE)];
        double factor = Math.min(1, Math.min(Ranking.MAX_WEIGHT / most, MOST_LOG / highest));
        for (int i = 0; i < signals.size(); i++) {
            weights.put(signals.get(i), (float) Math.clamp(learned.weights()[i] * factor, -Ranking.MAX_WEIGHT, Ranking.MAX_WEIGHT));
        }
        Float relevance = weights.remove(TrainingExamples.RELEVANCE);
        Float affinity = weights.remove("affinity");
        return Ranking.ofWeights(affinity, relevance, weights);
    }
}
