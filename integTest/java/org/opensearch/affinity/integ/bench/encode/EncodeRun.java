package org.opensearch.affinity.integ.bench.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import org.opensearch.affinity.encode.pack.Contestants;
import org.opensearch.affinity.encode.pack.EncoderContestant;
import org.opensearch.affinity.integ.bench.common.EncodeReport;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.Rounds;
import org.opensearch.affinity.integ.bench.common.Spread;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.CosineSimilarity;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Compares the encoder with plain ways to run the same model: one process, equal threads, in turns over the same texts. */
final class EncodeRun {
    static final String NAIVE = "naive_f32";
    private static final int LEAST_ROUNDS = 3;
    private static final int WARM_UP = 64;

    private final Screen screen;
    private final EncodeReport report;
    private final int seconds;
    private final int slice;
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final Rounds rounds = new Rounds();
    private final Map<String, float[][]> vectors = new LinkedHashMap<>();

    /** @param slice number of texts that the plugin's encoder gets at a time */
    EncodeRun(Screen screen, EncodeReport report, int seconds, int slice) {
        this.screen = screen;
        this.report = report;
        this.seconds = seconds;
        this.slice = slice;
    }

    void run() throws IOException {
        try (Contestants contestants = load(); ExecutorService threads = Executors.newFixedThreadPool(report.threads())) {
            List<String> texts = report.sample().all();
            double tokens = texts.stream().mapToInt(contestants::tokens).average().orElseThrow();
            screen.print(
                screen.dim(String.format(Locale.ROOT, "   %,d texts (%s), %.0f tokens on average", texts.size(), report.sample().origin(),
                    tokens))
            );
            int count = measure(contestants, threads, texts);
            Map<String, Double> cosines = cosines(contestants, texts);
            String best = contestants.precision().orElse("f32");
            screen.print("");
            screen.print(new EncodeTable(contestants.all(), rounds, cosines).toString());
            screen.print(screen.dim(" ratio: texts per CPU second against PyTorch f32 in batches of unsorted texts; median over " + count
                + " rounds (least – most)"));
            screen.print(screen.dim(" least cosine: against ONNX Runtime f32, each text by itself"));
            screen.print(best(best));
            ObjectNode json = json(count, best, cosines);
            json.withObject("/texts").put("mean_tokens", tokens);
            screen.print(screen.dim(" full precision in " + report.write("encode.json", json)));
        }
    }

    private String best(String best) {
        if (best.equals("f32") == false) {
            return screen.accent(" best precision on this machine: " + best);
        }
        return screen.accent(" best precision on this machine: f32; bf16 is used if the processor supports it and it is faster by a fifth");
    }

    private Contestants load() throws IOException {
        try (Step step = screen.step("Loading the model")) {
            Contestants contestants = new Contestants(report.target(), report.threads(), slice);
            step.done("model loaded in " + contestants.all().size() + " ways");
            return contestants;
        }
    }

    private int measure(Contestants contestants, ExecutorService threads, List<String> texts) throws IOException {
        try (Step step = screen.step("Encoding")) {
            step.now("warming up");
            for (EncoderContestant contestant : contestants.all()) {
                measure(contestant, threads, texts.subList(0, Math.min(WARM_UP, texts.size())));
            }
            int round = 0;
            while (round < LEAST_ROUNDS || step.seconds() < seconds) {
                round++;
                for (EncoderContestant contestant : contestants.all()) {
                    step.now("round " + round + ": " + contestant.title());
                    rounds.add(contestant.key(), measure(contestant, threads, texts));
                }
            }
            step.done(round + " rounds over the same texts");
            return round;
        }
    }

    /** Encodes all texts once. Each thread takes the next share of them when it is free. */
    private Measurement measure(EncoderContestant contestant, ExecutorService threads, List<String> texts) throws IOException {
        float[][] encoded = new float[texts.size()][];
        AtomicInteger next = new AtomicInteger();
        long cpu = system.getProcessCpuTime();
        long wall = System.nanoTime();
        List<Future<?>> tasks = new ArrayList<>();
        for (int i = 0; i < report.threads(); i++) {
            tasks.add(threads.submit(() -> {
                int share = contestant.share();
                for (int from = next.getAndAdd(share); from < encoded.length; from = next.getAndAdd(share)) {
                    float[][] part = contestant.encoder().apply(texts.subList(from, Math.min(from + share, encoded.length)));
                    System.arraycopy(part, 0, encoded, from, part.length);
                }
            }));
        }
        for (Future<?> future : tasks) {
            await(future, contestant);
        }
        double wallSeconds = (System.nanoTime() - wall) / 1e9;
        double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
        vectors.put(contestant.key(), encoded);
        return new Measurement(texts.size(), cpuSeconds, wallSeconds);
    }

    private static void await(Future<?> future, EncoderContestant contestant) throws IOException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IOException(contestant.title() + " failed: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Map<String, Double> cosines(Contestants contestants, List<String> texts) throws IOException {
        try (Step step = screen.step("Comparing vectors")) {
            float[][] reference = contestants.reference(texts);
            Map<String, Double> cosines = new LinkedHashMap<>();
            vectors.forEach((key, encoded) -> cosines.put(key, CosineSimilarity.least(encoded, reference)));
            step.done("vectors compared with those of ONNX Runtime");
            return cosines;
        }
    }

    private ObjectNode json(int count, String best, Map<String, Double> cosines) {
        ObjectNode json = report.json(count);
        json.put("slice", slice).put("best_precision", best);
        ObjectNode ratios = json.putObject("ratio_to_naive_f32");
        ObjectNode ranges = json.putObject("ratio_to_naive_f32_range");
        ObjectNode wallRatios = json.putObject("wall_ratio_to_naive_f32");
        ObjectNode perCpuSecond = json.putObject("texts_per_cpu_second");
        ObjectNode perSecond = json.putObject("texts_per_second");
        ObjectNode least = json.putObject("min_cosine");
        List<String> keys = new ArrayList<>(rounds.methods());
        for (String key : keys) {
            write(key, key, ratios, ranges, wallRatios, perCpuSecond, perSecond);
            least.put(key, cosines.get(key));
        }
        if (keys.contains("best") == false) {
            write("f32", "best", ratios, ranges, wallRatios, perCpuSecond, perSecond);
            least.put("best", cosines.get("f32"));
        }
        return json;
    }

    private void write(String key, String name, ObjectNode ratios, ObjectNode ranges, ObjectNode walls, ObjectNode perCpu,
        ObjectNode perSecond) {
        Spread ratio = rounds.ratio(key, NAIVE, Measurement::perCpuSecond);
        ratios.put(name, ratio.median());
        ratio.write(ranges, name);
        walls.put(name, rounds.ratio(key, NAIVE, Measurement::perSecond).median());
        perCpu.put(name, rounds.figure(key, Measurement::perCpuSecond).median());
        perSecond.put(name, rounds.figure(key, Measurement::perSecond).median());
    }
}
