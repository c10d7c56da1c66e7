package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The other plugins of OpenSearch that encode texts, as the Maven profile {@code peers} fetches them.
 *
 * @param folder that contains their zips
 */
public record Peers(Path folder) {
    /** In the order of their dependencies. */
    private static final List<String> PLUGINS = List.of("job-scheduler", "knn", "ml-commons", "neural-search");

    /** Settings of a node on which ml-commons runs models and may read them from files. */
    public static Map<String, String> settings(int threads) {
        return Map.of(
            "discovery.type", "single-node",
            "plugins.ml_commons.only_run_on_ml_node", "false",
            "plugins.ml_commons.allow_registering_model_via_url", "true",
            "plugins.ml_commons.native_memory_threshold", "100",
            "plugins.ml_commons.jvm_heap_memory_threshold", "100",
            "thread_pool.ml_commons.opensearch_ml_predict.size", Integer.toString(threads),
            "thread_pool.affinity_encode.size", Integer.toString(threads)
        );
    }

    /** Whether all of them were fetched. */
    public boolean areThere() {
        return PLUGINS.stream().allMatch(name -> Files.exists(folder.resolve(name + ".zip")));
    }

    /** Installs OpenSearch with all of them and with this project's plugin. */
    public OpenSearchHome install(Path distribution, Path affinity, Path work) throws IOException {
        List<Path> zips = Stream.concat(PLUGINS.stream().map(name -> folder.resolve(name + ".zip")), Stream.of(affinity)).toList();
        OpenSearchHome home = OpenSearchHome.install(distribution, zips, work);
        Path ml = home.path().resolve("plugins/opensearch-ml");
        Path jni = ml.resolve("pytorch-jni.jar");
        if (Files.exists(jni) == false) {
            Files.copy(folder.resolve("pytorch-native-cpu.jar"), ml.resolve("pytorch-native-cpu.jar"));
            // The repository has the JNI library of DJL's next release only. It fits, but the engine checks the version number.
            Path partial = ml.resolve("pytorch-jni.partial");
            rewrite(folder.resolve("pytorch-jni.jar"), partial,
                Map.of("jnilib/pytorch.properties", text -> text.replace("-0.32.0", "-0.31.1")));
            Files.move(partial, jni);
        }
        return home;
    }

    /**
     * Writes this build's model for ml-commons. Weights and code are the same; input and output become dictionaries as ml-commons
     * expects them: {@code input_ids} and {@code attention_mask}, and {@code sentence_embedding}. The tokenizer truncates as in this
     * project and does not pad.
     *
     * @param pack      folder of a model pack of this build
     * @param maxTokens length at which texts are truncated
     */
    public static void writeModel(Path pack, int maxTokens, Path zip) throws IOException {
        Path model = zip.resolveSibling("model.pt");
        rewrite(pack.resolve("model.pt"), model, Map.of("code/__torch__.py", Peers::dictionaries));
        ObjectNode tokenizer = (ObjectNode) Rest.JSON.readTree(Files.readString(pack.resolve("tokenizer.json")));
        tokenizer.putNull("padding");
        tokenizer.putObject("truncation").put("direction", "Right").put("max_length", maxTokens).put("strategy", "LongestFirst")
            .put("stride", 0);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            store(out, "model.pt", Files.readAllBytes(model));
            store(out, "tokenizer.json", tokenizer.toString().getBytes(StandardCharsets.UTF_8));
        }
        Files.delete(model);
    }

    /** Renames the module's forward and adds one that takes and returns dictionaries. */
    static String dictionaries(String code) {
        var forward = Pattern.compile("def forward\\(self: (\\S+), ids: Tensor, lengths: Tensor\\) -> Tensor:").matcher(code);
        if (forward.find() == false) {
            throw new IllegalStateException("the model's module has no forward(ids, lengths); adapt this class to its signature");
        }
        String renamed = forward.replaceFirst("def encode(self: $1, ids: Tensor, lengths: Tensor) -> Tensor:");
        return renamed.stripTrailing() + """

              def forward(self: %s, input: Dict[str, Tensor]) -> Dict[str, Tensor]:
                vectors = (self).encode(input["input_ids"], torch.sum(input["attention_mask"], [1]))
                return {"sentence_embedding": vectors}
            """.formatted(forward.group(1)).indent(0);
    }

    /** Copies a zip and changes the entries whose names end with a key of {@code changes}. All entries are stored uncompressed. */
    private static void rewrite(Path from, Path to, Map<String, UnaryOperator<String>> changes) throws IOException {
        try (ZipFile in = new ZipFile(from.toFile()); ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            for (ZipEntry entry : Collections.list(in.entries())) {
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                for (var change : changes.entrySet()) {
                    if (entry.getName().endsWith(change.getKey())) {
                        bytes = change.getValue().apply(new String(bytes, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
                    }
                }
                store(out, entry.getName(), bytes);
            }
        }
    }

    private static void store(ZipOutputStream out, String name, byte[] bytes) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(checksum.getValue());
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }
}
