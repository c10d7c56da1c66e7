package org.opensearch.affinity.encode.pack;

import org.opensearch.affinity.encode.ModelInputs;
import org.opensearch.affinity.encode.ModelPack;
import org.opensearch.affinity.encode.Pooling;

import java.io.IOException;
import java.io.Reader;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Makes a model pack from an ONNX export of a BERT-family sentence encoder and its tokenizer. The same
 * inputs make the same bytes.
 */
public final class BuildModelPack {
    private final Path description;
    private final Properties properties = new Properties();
    private final Path onnx;
    private final Path tokenizer;
    private final Path folder;

    /**
     * @param description properties: name, onnx, tokenizer, pooling, max_tokens, license, origin
     * @param weights     the folder of the files that {@code onnx} and {@code tokenizer} name
     * @param packs       the pack's folder is made in here
     */
    public BuildModelPack(Path description, Path weights, Path packs) throws IOException {
        this.description = description;
        try (Reader reader = Files.newBufferedReader(description)) {
            properties.load(reader);
        }
        this.onnx = weights.resolve(property("onnx"));
        this.tokenizer = weights.resolve(property("tokenizer"));
        this.folder = packs.resolve(property("name"));
    }

    /** Usage: {@code BuildModelPack <description.properties> <weights folder> <packs folder>}. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: BuildModelPack <description.properties> <weights folder> <packs folder>");
        }
        BuildModelPack build = new BuildModelPack(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
        if (build.upToDate()) {
            System.out.println("model pack [" + build.folder + "] is up to date");
            return;
        }
        long start = System.nanoTime();
        ModelPack pack = build.write();
        System.out.println(
            "model pack ["
                + pack.folder()
                + "] written in ["
                + (System.nanoTime() - start) / 1_000_000
                + "] ms: dimension ["
                + pack.dimension()
                + "], ["
                + (Files.size(pack.model()) >> 20)
                + "] MiB"
        );
    }

    /** Writes the pack; the manifest comes last, so that an interrupted build leaves none. */
    public ModelPack write() throws IOException {
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve(ModelPack.MANIFEST));
        Pooling pooling = Pooling.parse(property("pooling"));
        BertGraph bert = new BertGraph(OnnxGraph.read(onnx));
        int maxTokens = Integer.parseInt(property("max_tokens"));
        if (maxTokens > bert.positions) {
            throw new IllegalArgumentException("[max_tokens] is [" + maxTokens + "], the model has [" + bert.positions + "] positions");
        }
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

    /** True if the manifest is younger than all that the pack is made of, this code included. */
    boolean upToDate() throws IOException {
        Path manifest = folder.resolve(ModelPack.MANIFEST);
        if (Files.exists(manifest) == false) {
            return false;
        }
        long written = Files.getLastModifiedTime(manifest).toMillis();
        try (Stream<Path> code = Files.walk(code())) {
            return Stream.concat(Stream.of(description, onnx, tokenizer), code.filter(Files::isRegularFile))
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
            throw new IllegalArgumentException("[" + description + "] misses [" + key + "]");
        }
        return value.trim();
    }
}
