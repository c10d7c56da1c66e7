package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ArrayNode;
import org.opensearch.affinity.integ.bench.learn.BehaviourLog.NextItems;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.train.Interactions;
import org.opensearch.affinity.train.sample.SampledPart;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * What a training makes of a log that is larger than its limit: time, memory and quality by the part of the log that it may keep. Reads,
 * samples and learns as a training in a node does, without the choice of settings. The users whose next items are ranked are the same for
 * all parts, whether they belong to the sample or not, and have their whole histories.
 */
final class SampleRun {
    private static final int DEPTH = 10;
    private static final long PROGRESS_EVENTS = 100_000;
    private static final int COLLECTIONS = 4;

    private final Screen screen;
    private final List<Double> parts;
    private final int threads;
    private final List<SampleResult> results = new ArrayList<>();

    /** @param parts limits of events, as parts of the log's, above 0, at most 1 */
    SampleRun(Screen screen, List<Double> parts, int threads) {
        this.screen = screen;
        this.parts = parts;
        this.threads = threads;
    }

    /** Measures a log. */
    void add(BehaviourLog log) {
        List<NextItems> next = log.next();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            ParallelFor parallel = new ParallelFor(pool, threads);
            for (double part : parts) {
                try (Step step = screen.step("Learning from " + part + " of " + log.name())) {
                    results.add(measured(log, part, next, parallel, step));
                    step.done(part + " of " + log.name() + ": " + String.format("%,d", results.getLast().events()) + " events");
                }
            }
        }
    }

    private SampleResult measured(BehaviourLog log, double part, List<NextItems> next, ParallelFor parallel, Step step) {
        long before = usedHeap();
        long begin = System.nanoTime();
        int limit = (int) Math.ceil(part * log.size());
        try (Interactions interactions = new Interactions(limit, new NoopCircuitBreaker("bench"))) {
            long[] read = new long[1];
            log.read(event -> {
                interactions.add(event);
                if (++read[0] % PROGRESS_EVENTS == 0) {
                    step.at(read[0], log.size(), "events");
                }
            });
            interactions.sort();
            double readSeconds = (System.nanoTime() - begin) / 1e9;
            InteractionMatrix matrix = interactions.matrix((user, time) -> true);
            Neighbourhood method = log.ordered() ? Neighbourhood.cosine() : Neighbourhood.linkProp();
            Neighbours neighbours = method.learn(matrix, parallel, done -> step.at(Math.round(1000 * done), 1000, "‰"));
            double learnSeconds = (System.nanoTime() - begin) / 1e9 - readSeconds;
            long bytes = usedHeap() - before;
            SampledPart sampled = interactions.sampled();
            Map<String, Integer> numbers = numbers(interactions.items());
            double[] ndcg = heldOut(next, numbers).evaluate(neighbours, parallel, ProgressListener.NONE).ndcg10();
            return new SampleResult(
                log.name(),
                part,
                interactions.size(),
                sampled == null ? 1 : sampled.usersFraction(),
                readSeconds,
                learnSeconds,
                bytes,
                ndcg,
                popularity(interactions.items(), matrix.itemDegrees(), next)
            );
        }
    }

    /** The heap that is in use. Of four collections the serial collector leaves dead objects where they are in all but one. */
    private static long usedHeap() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static Map<String, Integer> numbers(List<String> items) {
        Map<String, Integer> numbers = new HashMap<>();
        items.forEach(item -> numbers.put(item, numbers.size()));
        return numbers;
    }

    /** An item that the sample lacks cannot be found, and says nothing about its user. */
    private static HeldOut heldOut(List<NextItems> next, Map<String, Integer> numbers) {
        InteractionMatrix.Builder histories = new InteractionMatrix.Builder(numbers.size());
        int[][] wanted = new int[next.size()][];
        for (int user = 0; user < wanted.length; user++) {
            List<String> history = next.get(user).history();
            for (int i = 0; i < history.size(); i++) {
                if (numbers.containsKey(history.get(i))) {
                    histories.add(user, numbers.get(history.get(i)), 1, i);
                }
            }
            wanted[user] = next.get(user).wanted().stream().mapToInt(item -> numbers.getOrDefault(item, -1)).toArray();
        }
        // A row after the last user's, who then has one, too.
        histories.add(wanted.length, 0, 1, 0);
        return new HeldOut(histories.build(), IntStream.range(0, wanted.length).toArray(), wanted);
    }

    /** Returns the mean NDCG@10 of a ranking by popularity, without the items that a user has. */
    private static double popularity(List<String> items, double[] popularities, List<NextItems> next) {
        List<String> ranked = IntStream.range(0, popularities.length).boxed()
            .sorted(Comparator.comparingDouble(item -> -popularities[item])).map(items::get).toList();
        return next.stream().mapToDouble(user -> {
            Set<String> known = new HashSet<>(user.history());
            List<String> top = ranked.stream().filter(item -> known.contains(item) == false).limit(DEPTH).toList();
            double gain = IntStream.range(0, top.size()).filter(rank -> user.wanted().contains(top.get(rank)))
                .mapToDouble(SampleRun::discount).sum();
            return gain / IntStream.range(0, Math.min(DEPTH, user.wanted().size())).mapToDouble(SampleRun::discount).sum();
        }).average().orElse(0);
    }

    /** @param rank from 0 */
    private static double discount(int rank) {
        return Math.log(2) / Math.log(2.0 + rank);
    }

    /** Prints and returns the figures. */
    ArrayNode report() {
        screen.print(SampleResult.table(results));
        ArrayNode json = Rest.JSON.createArrayNode();
        results.forEach(result -> json.add(result.json()));
        return json;
    }
}
