package org.opensearch.affinity.integ.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.EncodeReport;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.PeerPlugins;
import org.opensearch.affinity.integ.bench.common.Rounds;
import org.opensearch.affinity.integ.bench.common.Spread;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.MlCommons;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Peers;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.CosineSimilarity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Compares affinity_encode with text_embedding at ingest. Both plugins have a libtorch of their own, and a process cannot hold two
 * (the second one to start crashes it), so each encodes in a node of its own. The nodes have the same plugins, settings and heap. They
 * run all the time and take turns.
 */
public final class PeersRun {
    private static final int LEAST_ROUNDS = 3;
    private static final int BULK = 250;
    private static final int WARM_UP = 200;
    private static final int DIMENSION = 384;
    private static final int MAX_TOKENS = 256;
    private static final String MODEL = "all-minilm-l6-v2";
    private static final String TEXT_EMBEDDING = "text_embedding";
    private static final String TEXT_EMBEDDING_BATCHED = "text_embedding_batched";

    private static final String F32 = "f32";
    /** The precision that the plugin chooses, if that is not f32. */
    private static final String BEST = "best";

    private final Screen screen;
    private final EncodeReport report;
    private final int seconds;
    private final int batchSize;
    private final String heap;
    private final Path work;
    private final Rounds rounds = new Rounds();

    /** @param batchSize a batch_size of text_embedding that is measured beside its default */
    public PeersRun(Screen screen, EncodeReport report, int seconds, int batchSize, String heap) {
        this.screen = screen;
        this.report = report;
        this.seconds = seconds;
        this.batchSize = batchSize;
        this.heap = heap;
        this.work = report.target().resolve("peers/work");
    }

    /**
     * A way to encode at ingest.
     *
     * @param key      the name in files, and of the pipeline and the index
     * @param title    the name in tables
     * @param pipeline encodes the field {@code text} into {@code vector}
     */
    private record Candidate(String key, String title, Node node, ObjectNode pipeline) {
        Rest rest() {
            return node.rest();
        }
    }

    public void run() throws IOException {
        OpenSearchHome home = install();
        Path model = work.resolve("minilm.zip").toAbsolutePath();
        Peers.writeModel(report.target().resolve("models/" + MODEL), MAX_TOKENS, model);
        Deque<Node> running = new ArrayDeque<>();
        try {
            List<Candidate> candidates = new ArrayList<>();
            Node mlCommons = start(home, "ml-commons", Map.of(), running);
            String id = deploy(mlCommons, model);
            candidates.add(new Candidate(TEXT_EMBEDDING, "text_embedding, batch_size 1 (default)", mlCommons, textEmbedding(id, null)));
            candidates.add(new Candidate(TEXT_EMBEDDING_BATCHED, "text_embedding, batch_size " + batchSize, mlCommons,
                textEmbedding(id, batchSize)));
            Node f32 = start(home, "affinity-f32", Map.of("affinity.precision", F32), running);
            candidates.add(new Candidate(F32, "affinity_encode f32", f32, affinityEncode()));
            Node best = start(home, "affinity", Map.of(), running);
            String precision = precision(best);
            if (precision.equals(F32)) {
                running.remove(best);
                best.close();
            } else {
                candidates.add(new Candidate(BEST, "affinity_encode " + precision + " (default here)", best, affinityEncode()));
            }
            compare(candidates);
        } finally {
            running.forEach(Node::close);
        }
    }

    private void compare(List<Candidate> candidates) throws IOException {
        for (Candidate candidate : candidates) {
            candidate.rest().put("/_ingest/pipeline/" + candidate.key(), candidate.pipeline());
        }
        int count = measure(candidates);
        Map<String, Double> cosines = cosines(candidates);
        print(candidates, count, cosines);
        screen.print(screen.dim(" full precision in " + report.write("encode-peers.json", json(count, cosines))));
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing plugins")) {
            OpenSearchHome home = new Peers(PeerPlugins.folder()).install(BuiltPlugin.distribution(), BuiltPlugin.zip(), work);
            step.done("Affinity, ml-commons, neural-search, k-NN and job-scheduler installed into a copy of OpenSearch");
            return home;
        }
    }

    private Node start(OpenSearchHome home, String name, Map<String, String> more, Deque<Node> running) throws IOException {
        try (Step step = screen.step("Starting the node for " + name)) {
            List<Integer> ports = Ports.free(2);
            Map<String, String> settings = new TreeMap<>(Peers.settings(report.threads()));
            // The same documents come in each round; from its cache the encoder would not encode them again.
            settings.put("affinity.encode.cache.size", "0b");
            settings.putAll(more);
            NodeSettings node = new NodeSettings(name, work.resolve(name), ports.get(0), ports.get(1), heap, List.of(), settings, false);
            Node started = Node.start(home, node, waited -> step.now(waited.toSeconds() + " s"));
            running.push(started);
            step.done("node for " + name + " answers at " + started.rest().base());
            return started;
        }
    }

    private String deploy(Node node, Path model) throws IOException {
        try (Step step = screen.step("Deploying the model in ml-commons")) {
            String id = new MlCommons(node.rest()).deploy(model, DIMENSION);
            step.done("the same model deployed in ml-commons as TorchScript");
            return id;
        }
    }

    /** The precision that the node uses; it chooses one with the first text. */
    private static String precision(Node node) {
        node.rest().post("/_plugins/_affinity/_encode", "{\"texts\":[\"warm up\"]}");
        return node.rest().get("/_plugins/_affinity/stats").path("nodes").iterator().next().path("encode").path("precision").path(MODEL)
            .asText();
    }

    private static ObjectNode textEmbedding(String model, Integer batchSize) {
        ObjectNode pipeline = Rest.JSON.createObjectNode();
        ObjectNode processor = pipeline.putArray("processors").addObject().putObject("text_embedding").put("model_id", model);
        processor.putObject("field_map").put("text", "vector");
        if (batchSize != null) {
            processor.put("batch_size", batchSize);
        }
        return pipeline;
    }

    private static ObjectNode affinityEncode() {
        ObjectNode pipeline = Rest.JSON.createObjectNode();
        ObjectNode processor = pipeline.putArray("processors").addObject().putObject("affinity_encode").put("target", "vector");
        processor.putArray("fields").add("text");
        return pipeline;
    }

    private int measure(List<Candidate> candidates) throws IOException {
        List<String> texts = report.sample().all();
        try (Step step = screen.step("Ingesting")) {
            for (Candidate candidate : candidates) {
                step.now("warming up: " + candidate.title());
                measure(candidate, texts.subList(0, Math.min(WARM_UP, texts.size())));
            }
            int round = 0;
            while (round < LEAST_ROUNDS || step.seconds() < seconds) {
                round++;
                for (Candidate candidate : candidates) {
                    step.now("round " + round + ": " + candidate.title());
                    rounds.add(candidate.key(), measure(candidate, texts));
                }
            }
            step.done(String.format(Locale.ROOT, "%d rounds over the same %,d documents", round, texts.size()));
            return round;
        }
    }

    /** Ingests all texts once, into a new index that stores vectors without indexing them. */
    private Measurement measure(Candidate candidate, List<String> texts) throws IOException {
        candidate.rest().find("/" + candidate.key()).ifPresent(there -> candidate.rest().delete("/" + candidate.key()));
        ObjectNode index = Rest.JSON.createObjectNode();
        index.putObject("settings")
            .put("index.number_of_shards", 1)
            .put("index.number_of_replicas", 0)
            .put("index.refresh_interval", -1)
            .put("index.default_pipeline", candidate.key());
        index.putObject("mappings").put("dynamic", false).putObject("properties");
        candidate.rest().put("/" + candidate.key(), index);
        double cpu = candidate.node().cpuSeconds();
        long wall = System.nanoTime();
        new BulkFeed(candidate.rest(), candidate.key(), BULK).send(
            IntStream.range(0, texts.size())
                .mapToObj(i -> new BulkFeed.Document(Integer.toString(i), Rest.JSON.createObjectNode().put("text", texts.get(i)))),
            written -> {}
        );
        double wallSeconds = (System.nanoTime() - wall) / 1e9;
        return new Measurement(texts.size(), candidate.node().cpuSeconds() - cpu, wallSeconds);
    }

    private Map<String, Double> cosines(List<Candidate> candidates) throws IOException {
        try (Step step = screen.step("Comparing vectors")) {
            Map<String, float[][]> vectors = new LinkedHashMap<>();
            for (Candidate candidate : candidates) {
                vectors.put(candidate.key(), vectors(candidate));
            }
            Map<String, Double> cosines = new LinkedHashMap<>();
            vectors.forEach((key, encoded) -> cosines.put(key, CosineSimilarity.least(vectors.get(TEXT_EMBEDDING), encoded)));
            step.done("vectors compared with those of text_embedding");
            return cosines;
        }
    }

    private float[][] vectors(Candidate candidate) throws IOException {
        int count = report.sample().all().size();
        float[][] vectors = new float[count][];
        for (int from = 0; from < count; from += BULK) {
            ObjectNode wanted = Rest.JSON.createObjectNode();
            ArrayNode ids = wanted.putArray("ids");
            IntStream.range(from, Math.min(from + BULK, count)).forEach(i -> ids.add(Integer.toString(i)));
            for (JsonNode document : candidate.rest().post("/" + candidate.key() + "/_mget?_source_includes=vector", wanted).path("docs")) {
                JsonNode values = document.path("_source").path("vector");
                if (values.size() != DIMENSION) {
                    throw new IOException(candidate.title() + " left document " + document.path("_id").asText() + " without a vector");
                }
                float[] vector = new float[DIMENSION];
                for (int i = 0; i < DIMENSION; i++) {
                    vector[i] = (float) values.get(i).asDouble();
                }
                vectors[document.path("_id").asInt()] = vector;
            }
        }
        return vectors;
    }

    /** The faster setting of text_embedding, which affinity_encode is compared with. */
    private String fasterTextEmbedding() {
        double plain = rounds.figure(TEXT_EMBEDDING, Measurement::perSecond).median();
        return rounds.figure(TEXT_EMBEDDING_BATCHED, Measurement::perSecond).median() > plain ? TEXT_EMBEDDING_BATCHED : TEXT_EMBEDDING;
    }

    private void print(List<Candidate> candidates, int count, Map<String, Double> cosines) {
        List<PeersTable.Line> lines = new ArrayList<>();
        for (Candidate candidate : candidates) {
            lines.add(new PeersTable.Line(candidate.key(), candidate.title(), cosines.get(candidate.key())));
        }
        screen.print("");
        screen.print(new PeersTable(lines, rounds, fasterTextEmbedding()).toString());
        screen.print(screen.dim(" ratio: documents per second against the faster setting of text_embedding; median over " + count
            + " rounds (least – most)"));
        screen.print(screen.dim(" CPU ratio: the same per second of the node's CPU time, which other load disturbs less"));
        screen.print(screen.dim(" least cosine: against text_embedding with its default"));
        screen.print(screen.dim(" a node for each plugin, since a process cannot hold two copies of libtorch; " + report.threads()
            + " thread(s) encode in each"));
    }

    private ObjectNode json(int count, Map<String, Double> cosines) {
        ObjectNode json = report.json(count);
        json.put("bulk", BULK).put("batch_size", batchSize).put("heap", heap).put("compared_with", fasterTextEmbedding());
        ObjectNode perSecond = json.putObject("docs_per_s");
        ObjectNode perCpuSecond = json.putObject("docs_per_cpu_s");
        for (String key : rounds.methods()) {
            perSecond.put(key, rounds.figure(key, Measurement::perSecond).median());
            perCpuSecond.put(key, rounds.figure(key, Measurement::perCpuSecond).median());
        }
        ObjectNode ratios = json.putObject("ratio");
        ObjectNode ranges = json.putObject("ratio_range");
        ObjectNode cpuRatios = json.putObject("cpu_ratio");
        ObjectNode toDefault = json.putObject("ratio_to_default");
        for (String precision : List.of(F32, BEST)) {
            String key = rounds.methods().contains(precision) ? precision : F32;
            Spread ratio = rounds.ratio(key, fasterTextEmbedding(), Measurement::perSecond);
            ratios.put(precision, ratio.median());
            ratio.write(ranges, precision);
            cpuRatios.put(precision, rounds.ratio(key, fasterTextEmbedding(), Measurement::perCpuSecond).median());
            toDefault.put(precision, rounds.ratio(key, TEXT_EMBEDDING, Measurement::perSecond).median());
        }
        json.put("min_cosine", cosines.values().stream().mapToDouble(Double::doubleValue).reduce(1, Math::min));
        return json;
    }
}
