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
 * Builds a model pack from an ONNX export of a BERT-family sentence encoder and its tokenizer. Equal inputs give equal bytes.
 */
public final class BuildModelPack {
    /** The source of the properties, for error messages. */
    private final String source;
    private final Properties properties;
    private final Path onnx;
    private final Path tokenizer;
    private final Path folder;

    /**
     * Reads the description of a pack.
     *
     * @param description file of the properties name, onnx, tokenizer, pooling, max_tokens, license and origin; also query_prefix and
     *                    item_prefix if the model was trained with them
     * @param weights     folder of the files that the properties onnx and tokenizer name
     * @param packs       folder in which the pack's folder is created
     * @throws IllegalArgumentException naming a missing property
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

    /** @param properties as for the other constructor, without onnx and tokenizer */
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
            if (build.isUpToDate()) {
                System.out.println("model pack [" + build.folder + "] is up to date");
                continue;
            }
            long start = System.nanoTime();
            System.out.println(describe(build.write()) + " in [" + (System.nanoTime() - start) / 1_000_000 + "] ms");
        }
    }

    /** A line about a pack that was written, for the console. */
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

    /**
     * Builds and writes the pack. The manifest is written last, so that an interrupted build leaves a folder without manifest.
     *
     * @throws IllegalArgumentException naming the property, tensor or operation that is missing or not supported
     */
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
                "[max_tokens] must be from 3 to the model's number of positions, [" + bert.positions + "], got [" + maxTokens + "]"
            );
        }
    }

    /** Whether the manifest is newer than all files that the pack is built from, including this code. */
    boolean isUpToDate() throws IOException {
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

    /** The jar that contains this package, or the folder of its classes. */
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
            throw new IllegalArgumentException("[" + source + "] has no property [" + key + "]");
        }
        return value.trim();
    }
}
