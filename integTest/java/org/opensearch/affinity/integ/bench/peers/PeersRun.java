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
 * Documents a second at ingest: affinity_encode beside text_embedding. Both plugins bring a libtorch of their own, and a
 * process cannot hold two (the second one to start ends it), so each encodes in a node of its own. Both nodes run all the
 * time, from the same installation with the same plugins, settings and heap; they take turns.
 */
public final class PeersRun {
    private static final int LEAST_ROUNDS = 3;
    private static final int BULK = 250;
    private static final int WARM_UP = 200;
    private static final int DIMENSION = 384;
    private static final int MAX_TOKENS = 256;
    private static final String MODEL = "all-minilm-l6-v2";
    private static final String THEIRS = "text_embedding";
    private static final String THEIRS_BATCHED = "text_embedding_batched";

    private static final String F32 = "f32";
    /** As the plugin chooses by itself, where that is not f32. */
    private static final String BEST = "best";

    private final Screen screen;
    private final EncodeReport report;
    private final int seconds;
    private final int batchSize;
    private final String heap;
    private final Path work;
    private final Rounds race = new Rounds();

    /** @param batchSize for text_embedding, beside its default */
    public PeersRun(Screen screen, EncodeReport report, int seconds, int batchSize, String heap) {
        this.screen = screen;
        this.report = report;
        this.seconds = seconds;
        this.batchSize = batchSize;
        this.heap = heap;
        this.work = report.target().resolve("peers/work");
    }

    /**
     * @param key      its name in files, and that of its pipeline and its index
     * @param title    its name for people
     * @param pipeline what encodes {@code text} into {@code vector}
     */
    private record Entrant(String key, String title, Node node, ObjectNode pipeline) {
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
            List<Entrant> entrants = new ArrayList<>();
            Node theirs = start(home, "ml-commons", Map.of(), running);
            String id = deploy(theirs, model);
            entrants.add(new Entrant(THEIRS, "text_embedding, batch_size 1 (default)", theirs, textEmbedding(id, null)));
            entrants.add(new Entrant(THEIRS_BATCHED, "text_embedding, batch_size " + batchSize, theirs, textEmbedding(id, batchSize)));
            Node f32 = start(home, "affinity-f32", Map.of("affinity.precision", F32), running);
            entrants.add(new Entrant(F32, "affinity_encode f32", f32, affinityEncode()));
            Node best = start(home, "affinity", Map.of(), running);
            String precision = precision(best);
            if (precision.equals(F32)) {
                running.remove(best);
                best.close();
            } else {
                entrants.add(new Entrant(BEST, "affinity_encode " + precision + " (default here)", best, affinityEncode()));
            }
            compare(entrants);
        } finally {
            running.forEach(Node::close);
        }
    }

    private void compare(List<Entrant> entrants) throws IOException {
        for (Entrant entrant : entrants) {
            entrant.rest().put("/_ingest/pipeline/" + entrant.key(), entrant.pipeline());
        }
        int rounds = race(entrants);
        Map<String, Double> cosines = cosines(entrants);
        print(entrants, rounds, cosines);
        screen.print(screen.dim(" full precision in " + report.write("encode-peers.json", json(rounds, cosines))));
    }

    private OpenSearchHome install() throws IOException {
        try (Step step = screen.step("Installing plugins")) {
            OpenSearchHome home = new Peers(PeerPlugins.folder()).install(BuiltPlugin.distribution(), BuiltPlugin.zip(), work);
            step.done("ours, ml-commons, neural-search, k-NN and job-scheduler installed into a copy of OpenSearch");
            return home;
        }
    }

    private Node start(OpenSearchHome home, String name, Map<String, String> more, Deque<Node> running) throws IOException {
        try (Step step = screen.step("Starting the node for " + name)) {
            List<Integer> ports = Ports.free(2);
            Map<String, String> settings = new TreeMap<>(Peers.settings(report.threads()));
            // The same documents come again in each round, and ours would not encode them again.
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

    /** What the node has chosen for itself once it has encoded something. */
    private static String precision(Node node) {
        node.rest().post("/_plugins/_affinity/_encode", "{\"texts\":[\"warm up\"]}");
        return node.rest().get("/_plugins/_affinity/stats").path("nodes").iterator().next().path("encode").path("precision").path(MODEL).asText();
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

    private int race(List<Entrant> entrants) throws IOException {
        List<String> texts = report.sample().all();
        try (Step step = screen.step("Ingesting")) {
            for (Entrant entrant : entrants) {
                step.now("warming up: " + entrant.title());
                lap(entrant, texts.subList(0, Math.min(WARM_UP, texts.size())));
            }
            int round = 0;
            while (round < LEAST_ROUNDS || step.seconds() < seconds) {
                round++;
                for (Entrant entrant : entrants) {
                    step.now("round " + round + ": " + entrant.title());
                    race.add(entrant.key(), lap(entrant, texts));
                }
            }
            step.done(String.format(Locale.ROOT, "%d rounds over the same %,d documents", round, texts.size()));
            return round;
        }
    }

    /** All texts once into a fresh index, which stores vectors and does not index them. */
    private Measurement lap(Entrant entrant, List<String> texts) throws IOException {
        entrant.rest().find("/" + entrant.key()).ifPresent(there -> entrant.rest().delete("/" + entrant.key()));
        ObjectNode index = Rest.JSON.createObjectNode();
        index.putObject("settings")
            .put("index.number_of_shards", 1)
            .put("index.number_of_replicas", 0)
            .put("index.refresh_interval", -1)
            .put("index.default_pipeline", entrant.key());
        index.putObject("mappings").put("dynamic", false).putObject("properties");
        entrant.rest().put("/" + entrant.key(), index);
        double cpu = entrant.node().cpuSeconds();
        long wall = System.nanoTime();
        new BulkFeed(entrant.rest(), entrant.key(), BULK).send(
            IntStream.range(0, texts.size())
                .mapToObj(i -> new BulkFeed.Document(Integer.toString(i), Rest.JSON.createObjectNode().put("text", texts.get(i)))),
            written -> {}
        );
        double wallSeconds = (System.nanoTime() - wall) / 1e9;
        return new Measurement(texts.size(), entrant.node().cpuSeconds() - cpu, wallSeconds);
    }

    private Map<String, Double> cosines(List<Entrant> entrants) throws IOException {
        try (Step step = screen.step("Comparing vectors")) {
            Map<String, float[][]> vectors = new LinkedHashMap<>();
            for (Entrant entrant : entrants) {
                vectors.put(entrant.key(), vectors(entrant));
            }
            Map<String, Double> cosines = new LinkedHashMap<>();
            vectors.forEach((key, made) -> cosines.put(key, CosineSimilarity.least(vectors.get(THEIRS), made)));
            step.done("vectors compared with those of text_embedding");
            return cosines;
        }
    }

    private float[][] vectors(Entrant entrant) throws IOException {
        int count = report.sample().all().size();
        float[][] vectors = new float[count][];
        for (int from = 0; from < count; from += BULK) {
            ObjectNode wanted = Rest.JSON.createObjectNode();
            ArrayNode ids = wanted.putArray("ids");
            IntStream.range(from, Math.min(from + BULK, count)).forEach(i -> ids.add(Integer.toString(i)));
            for (JsonNode document : entrant.rest().post("/" + entrant.key() + "/_mget?_source_includes=vector", wanted).path("docs")) {
                JsonNode values = document.path("_source").path("vector");
                if (values.size() != DIMENSION) {
                    throw new IOException(entrant.title() + " left document " + document.path("_id").asText() + " without a vector");
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

    /** The setting of theirs that is faster here: what ours is compared with. */
    private String fasterOfTheirs() {
        double plain = race.figure(THEIRS, Measurement::perSecond).median();
        return race.figure(THEIRS_BATCHED, Measurement::perSecond).median() > plain ? THEIRS_BATCHED : THEIRS;
    }

    private void print(List<Entrant> entrants, int rounds, Map<String, Double> cosines) {
        List<PeersTable.Line> lines = new ArrayList<>();
        for (Entrant entrant : entrants) {
            lines.add(new PeersTable.Line(entrant.key(), entrant.title(), cosines.get(entrant.key())));
        }
        screen.print("");
        screen.print(new PeersTable(lines, race, fasterOfTheirs()).toString());
        screen.print(screen.dim(" ratio: documents a second against the faster setting of text_embedding; median over " + rounds + " rounds (least – most)"));
        screen.print(screen.dim(" CPU ratio: the same for documents a second of the node's CPU time, which other load disturbs less"));
        screen.print(screen.dim(" least cosine: against text_embedding as it is by default"));
        screen.print(screen.dim(" a node for each plugin, since two copies of libtorch cannot live in one process; " + report.threads() + " thread(s) encode in each"));
    }

    private ObjectNode json(int rounds, Map<String, Double> cosines) {
        ObjectNode json = report.json(rounds);
        json.put("bulk", BULK).put("batch_size", batchSize).put("heap", heap).put("compared_with", fasterOfTheirs());
        ObjectNode perSecond = json.putObject("docs_per_s");
        ObjectNode perCpuSecond = json.putObject("docs_per_cpu_s");
        for (String key : race.contestants()) {
            perSecond.put(key, race.figure(key, Measurement::perSecond).median());
            perCpuSecond.put(key, race.figure(key, Measurement::perCpuSecond).median());
        }
        ObjectNode ratios = json.putObject("ratio");
        ObjectNode ranges = json.putObject("ratio_range");
        ObjectNode cpuRatios = json.putObject("cpu_ratio");
        ObjectNode toDefault = json.putObject("ratio_to_default");
        for (String ours : List.of(F32, BEST)) {
            String key = race.contestants().contains(ours) ? ours : F32;
            Spread ratio = race.ratio(key, fasterOfTheirs(), Measurement::perSecond);
            ratios.put(ours, ratio.median());
            ratio.write(ranges, ours);
            cpuRatios.put(ours, race.ratio(key, fasterOfTheirs(), Measurement::perCpuSecond).median());
            toDefault.put(ours, race.ratio(key, THEIRS, Measurement::perSecond).median());
        }
        json.put("min_cosine", cosines.values().stream().mapToDouble(Double::doubleValue).reduce(1, Math::min));
        return json;
    }
}
