package org.opensearch.affinity.tool;

import org.opensearch.affinity.encode.pack.ModelInputs;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.Pooling;

import java.io.IOException;
import java.io.Reader;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Makes a model pack from an ONNX export of a BERT-family sentence encoder and its tokenizer. The same
 * inputs make the same bytes.
 */
public final class BuildModelPack {
    /** Where the properties come from, for messages. */
    private final String source;
    private final Properties properties;
    private final Path onnx;
    private final Path tokenizer;
    private final Path folder;

    /**
     * @param description properties: name, onnx, tokenizer, pooling, max_tokens, license, origin;
     *                    query_prefix and item_prefix if the model was trained with them
     * @param weights     the folder of the files that {@code onnx} and {@code tokenizer} name
     * @param packs       the pack's folder is made in here
     */
    public BuildModelPack(Path description, Path weights, Path packs) throws IOException {
        this.source = description.toString();
        this.properties = new Properties();
        try (Reader reader = Files.newBufferedReader(description)) {
            properties.load(reader);
        }
        this.onnx = weights.resolve(property("onnx"));
        this.tokenizer = weights.resolve(property("tokenizer"));
        this.folder = packs.resolve(property("name"));
    }

    /** With the properties of the other constructor, but for the names of the files. */
    BuildModelPack(String source, Properties properties, Path onnx, Path tokenizer, Path folder) {
        this.source = source;
        this.properties = properties;
        this.onnx = onnx;
        this.tokenizer = tokenizer;
        this.folder = folder;
    }

    /** Usage: {@code BuildModelPack <weights folder> <packs folder> <description.properties>...}. */
    public static void main(String[] args) throws IOException {
        if (args.length < 3) {
            throw new IllegalArgumentException("usage: BuildModelPack <weights folder> <packs folder> <description.properties>...");
        }
        for (String description : List.of(args).subList(2, args.length)) {
            BuildModelPack build = new BuildModelPack(Path.of(description), Path.of(args[0]), Path.of(args[1]));
            if (build.upToDate()) {
                System.out.println("model pack [" + build.folder + "] is up to date");
                continue;
            }
            long start = System.nanoTime();
            System.out.println(describe(build.write()) + " in [" + (System.nanoTime() - start) / 1_000_000 + "] ms");
        }
    }

    /** One line for whoever made the pack. */
    static String describe(ModelPack pack) throws IOException {
        return "model pack ["
            + pack.folder()
            + "] written: dimension ["
            + pack.dimension()
            + "], at most ["
            + pack.maxTokens()
            + "] tokens, ["
            + (Files.size(pack.model()) >> 20)
            + "] MiB";
    }

    /** Writes the pack; the manifest comes last, so that an interrupted build leaves none. */
    public ModelPack write() throws IOException {
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve(ModelPack.MANIFEST));
        Pooling pooling = Pooling.parse(property("pooling"));
        BertGraph bert = new BertGraph(OnnxGraph.read(onnx));
        int maxTokens = Integer.parseInt(property("max_tokens"));
        checkMaxTokens(maxTokens, bert);
        new BertModule(bert, pooling).write(ModelPack.model(folder));
        Files.copy(tokenizer, ModelPack.tokenizer(folder), StandardCopyOption.REPLACE_EXISTING);
        ModelPack pack = new ModelPack(
            folder,
            property("name"),
            bert.hidden,
            bert.vocabulary,
            pooling,
            maxTokens,
            ModelInputs.LENGTHS,
            properties.getProperty("query_prefix", ""),
            properties.getProperty("item_prefix", ""),
            property("license"),
            property("origin"),
            ModelPack.sha256(ModelPack.model(folder)),
            ModelPack.sha256(ModelPack.tokenizer(folder))
        );
        pack.write();
        return pack;
    }

    static void checkMaxTokens(int maxTokens, BertGraph bert) {
        if (maxTokens < 3 || maxTokens > bert.positions) {
            throw new IllegalArgumentException(
                "[max_tokens] is [" + maxTokens + "], the model has [" + bert.positions + "] positions; from 3 to that many are right"
            );
        }
    }

    /** True if the manifest is younger than all that the pack is made of, this code included. */
    boolean upToDate() throws IOException {
        Path manifest = folder.resolve(ModelPack.MANIFEST);
        if (Files.exists(manifest) == false) {
            return false;
        }
        long written = Files.getLastModifiedTime(manifest).toMillis();
        try (Stream<Path> code = Files.walk(code())) {
            return Stream.concat(Stream.of(Path.of(source), onnx, tokenizer), code.filter(Files::isRegularFile))
                .allMatch(input -> input.toFile().lastModified() < written);
        }
    }

    /** The jar or the class folder of this package. */
    private static Path code() {
        try {
            Path root = Path.of(BuildModelPack.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return Files.isDirectory(root) ? root.resolve(BuildModelPack.class.getPackageName().replace('.', '/')) : root;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private String property(String key) {
        String value = properties.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("[" + source + "] misses [" + key + "]");
        }
        return value.trim();
    }
}
