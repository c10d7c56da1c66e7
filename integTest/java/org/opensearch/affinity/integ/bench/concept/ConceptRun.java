package org.opensearch.affinity.integ.bench.concept;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Tables;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.affinity.learn.network.TorchDevice;
import org.opensearch.affinity.learn.network.VariationalAutoencoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Whether the part {@code concepts} keeps kinds of interests apart better than other models of the same size, whose vectors are cut into as
 * many parts, or whose items are put into as many groups. Each method learns four times: from the whole log with two seeds, and from each half
 * of the users.
 */
public final class ConceptRun {
    private static final int RESAMPLES = 500;
    /** Users of one measurement of independence, and measurements. */
    private static final int USERS = 200;
    private static final int SAMPLES = 20;
    /** With fewer events in a half, the group of an item is chance. */
    private static final int MIN_EVENTS = 5;
    private static final int MIN_HISTORY = 5;
    private static final long SEED = 20_260_101L;
    private static final String CONCEPTS = "concepts";

    private final Screen screen;
    private final InteractionMatrix log;
    private final int[] categories;
    private final int groups;
    private final int threads;
    private final NetworkInputs networks;

    /** @param categories by item, from 0; -1 for none; empty if the set has none */
    public ConceptRun(Screen screen, InteractionMatrix log, int[] categories, int groups, int threads, TorchDevice device) {
        this.screen = screen;
        this.log = log;
        this.categories = categories;
        this.groups = groups;
        this.threads = threads;
        networks = new NetworkInputs(device, null);
    }

    /** Learns a grouping of a log. */
    private interface Method {
        Grouping learn(InteractionMatrix of, long seed, ParallelFor parallel, ProgressListener progress);
    }

    /** Figures of one method: the value, then those of resamples, the same of all methods. */
    private record Figures(Map<String, double[]> byName) {}

    /** Prints and returns the figures. */
    public ObjectNode run() {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            ParallelFor parallel = new ParallelFor(pool, threads);
            List<InteractionMatrix> halves = halves();
            Map<String, Figures> figures = new LinkedHashMap<>();
            methods().forEach((name, method) -> {
                try (Step step = screen.step("Measuring " + name)) {
                    Grouping whole = method.learn(log, 1, parallel, part(step, 0));
                    Grouping again = method.learn(log, 2, parallel, part(step, 1));
                    Grouping first = method.learn(halves.get(0), 1, parallel, part(step, 2));
                    Grouping second = method.learn(halves.get(1), 1, parallel, part(step, 3));
                    figures.put(name, measured(whole, again, first, second, halves));
                    step.done(name + " measured");
                }
            });
            return report(figures);
        }
    }

    private static ProgressListener part(Step step, int training) {
        ProgressListener all = part -> step.at(Math.round(1000 * part), 1000, "‰");
        return all.part(training / 4.0, (training + 1) / 4.0);
    }

    private Map<String, Method> methods() {
        VariationalAutoencoder.Settings settings = VariationalAutoencoder.concepts().settings();
        int size = groups * settings.dimension();
        Map<String, Method> methods = new LinkedHashMap<>();
        methods.put(CONCEPTS, (of, seed, parallel, progress) -> Grouping.ofConcepts(
            learn(settings.withConcepts(groups), seed, of, parallel, progress), groups, of));
        methods.put("concepts_untrained", (of, seed, parallel, progress) -> Grouping.ofConcepts(
            seeded(settings.withConcepts(groups), seed).untrained().with(networks).learn(of, parallel, progress), groups, of));
        VariationalAutoencoder.Settings vae = VariationalAutoencoder.standard().settings().withDimension(size);
        // Learned once for both.
        Map<List<Object>, Factors> learned = new HashMap<>();
        methods.put("vae", (of, seed, parallel, progress) -> {
            Factors model = learn(vae, seed, of, parallel, progress);
            learned.put(List.of(of, seed), model);
            return Grouping.ofParts(model, groups, of);
        });
        methods.put("vae_groups", (of, seed, parallel, progress) -> Grouping.ofClusters(learned.remove(List.of(of, seed)), groups, of, seed));
        methods.put("graph_groups", (of, seed, parallel, progress) -> Grouping.ofClusters(
            LowPass.standard().withDamping(0.5).withDimension(size).learn(of, parallel, progress), groups, of, seed));
        methods.put("svd_groups", (of, seed, parallel, progress) -> Grouping.ofClusters(
            LowPass.standard().withDamping(1).withUserExponent(0).withDimension(size).learn(of, parallel, progress), groups, of, seed));
        return methods;
    }

    private Factors learn(
        VariationalAutoencoder.Settings settings,
        long seed,
        InteractionMatrix of,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        return seeded(settings, seed).with(networks).learn(of, parallel, progress);
    }

    private static VariationalAutoencoder seeded(VariationalAutoencoder.Settings settings, long seed) {
        return new VariationalAutoencoder(settings.withPlan(settings.plan().withSeed(seed)), null);
    }

    /** Two logs of disjoint users. */
    private List<InteractionMatrix> halves() {
        List<InteractionMatrix.Builder> halves = List.of(new InteractionMatrix.Builder(log.items()), new InteractionMatrix.Builder(log.items()));
        SplittableRandom random = new SplittableRandom(SEED);
        int[] sizes = new int[2];
        for (int user = 0; user < log.users(); user++) {
            int half = random.nextInt(2);
            for (int position = log.start(user); position < log.end(user); position++) {
                halves.get(half).add(sizes[half], log.item(position), log.weight(position), position);
            }
            sizes[half]++;
        }
        return halves.stream().map(InteractionMatrix.Builder::build).toList();
    }

    private Figures measured(Grouping whole, Grouping again, Grouping first, Grouping second, List<InteractionMatrix> halves) {
        Map<String, double[]> figures = new LinkedHashMap<>();
        figures.put("dependence", dependence(whole));
        if (categories.length > 0) {
            double[][] both = new double[2][];
            for (int i = 0; i < 2; i++) {
                int figure = i;
                both[i] = resampled(log.items(), counts -> GroupingMeasures.disentanglementAndCompleteness(whole.shares(), categories, counts)[figure]);
            }
            figures.put("disentanglement", both[0]);
            figures.put("completeness", both[1]);
        }
        double[] ofFirst = halves.get(0).itemDegrees();
        double[] ofSecond = halves.get(1).itemDegrees();
        figures.put("consistency", agreement(first, second, IntStream.range(0, log.items()).filter(
            item -> ofFirst[item] >= MIN_EVENTS && ofSecond[item] >= MIN_EVENTS).toArray()));
        double[] all = log.itemDegrees();
        figures.put("stability", agreement(whole, again, IntStream.range(0, log.items()).filter(item -> all[item] >= MIN_EVENTS).toArray()));
        return new Figures(figures);
    }

    private static double[] agreement(Grouping one, Grouping other, int[] items) {
        int[] first = one.most();
        int[] second = other.most();
        int[] ofFirst = Arrays.stream(items).map(item -> first[item]).toArray();
        int[] ofSecond = Arrays.stream(items).map(item -> second[item]).toArray();
        return resampled(items.length, counts -> GroupingMeasures.adjustedRand(ofFirst, ofSecond, counts));
    }

    /** A figure of resampled objects. */
    private interface Figure {
        double of(int[] counts);
    }

    private static double[] resampled(int size, Figure figure) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[1 + RESAMPLES];
        int[] counts = new int[size];
        Arrays.fill(counts, 1);
        values[0] = figure.of(counts);
        for (int resample = 1; resample < values.length; resample++) {
            Arrays.fill(counts, 0);
            for (int i = 0; i < size; i++) {
                counts[random.nextInt(size)]++;
            }
            values[resample] = figure.of(counts);
        }
        return values;
    }

    /** The mean distance correlation of two groups over users; the resamples draw from samples of users. */
    private double[] dependence(Grouping grouping) {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] users = IntStream.range(0, log.users()).filter(user -> log.end(user) - log.start(user) >= MIN_HISTORY).toArray();
        double[] samples = new double[SAMPLES];
        for (int sample = 0; sample < SAMPLES; sample++) {
            List<float[][]> vectors = new ArrayList<>();
            for (int i = 0; i < USERS; i++) {
                vectors.add(grouping.users().apply(log.history(users[random.nextInt(users.length)])));
            }
            for (int a = 0; a < groups; a++) {
                for (int b = 0; b < a; b++) {
                    samples[sample] += GroupingMeasures.distanceCorrelation(ofGroup(vectors, a), ofGroup(vectors, b)) / (groups * (groups - 1) / 2.0);
                }
            }
        }
        return resampled(SAMPLES, counts -> IntStream.range(0, SAMPLES).mapToDouble(i -> counts[i] * samples[i]).sum() / SAMPLES);
    }

    private static float[][] ofGroup(List<float[][]> vectors, int group) {
        return vectors.stream().map(ofUser -> ofUser[group]).toArray(float[][]::new);
    }

    private ObjectNode report(Map<String, Figures> all) {
        ObjectNode json = Rest.JSON.createObjectNode().put("concepts", groups);
        List<Column> columns = new ArrayList<>(List.of(Tables.words("")));
        all.get(CONCEPTS).byName.keySet().forEach(figure -> columns.add(Tables.figures(figure)));
        List<String[]> lines = new ArrayList<>();
        List<String[]> differences = new ArrayList<>();
        all.forEach((name, figures) -> {
            lines.add(line(name, figures, null, json.withObject("/figures").putObject(name)));
            if (name.equals(CONCEPTS) == false) {
                differences.add(line("concepts less " + name, all.get(CONCEPTS), figures, json.withObject("/differences").putObject(name)));
            }
        });
        screen.print(table(columns, lines));
        screen.print(table(columns, differences));
        screen.print(screen.dim(" 95 % bootstrap intervals, over items; of dependence over samples of users. Dependence is better if it is smaller."));
        return json;
    }

    private static String table(List<Column> columns, List<String[]> lines) {
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns.toArray(Column[]::new), lines.toArray(String[][]::new)).asString();
    }

    /** @param less subtracted; null for nothing */
    private static String[] line(String name, Figures figures, Figures less, ObjectNode json) {
        List<String> cells = new ArrayList<>(List.of(name));
        figures.byName.forEach((figure, values) -> {
            double[] shown = values.clone();
            for (int i = 0; less != null && i < shown.length; i++) {
                shown[i] -= less.byName.get(figure)[i];
            }
            double[] sorted = Arrays.copyOfRange(shown, 1, shown.length);
            Arrays.sort(sorted);
            double low = sorted[(int) (0.025 * sorted.length)];
            double high = sorted[(int) (0.975 * sorted.length)];
            cells.add(Tables.number(shown[0], 3) + " (" + Tables.number(low, 3) + " – " + Tables.number(high, 3) + ")");
            json.putArray(figure).add(shown[0]).add(low).add(high);
        });
        return cells.toArray(String[]::new);
    }
}
