package org.opensearch.affinity.encode.pack;

import org.opensearch.common.hash.MessageDigests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;

/**
 * A model pack: a folder with a sentence encoder as {@code model.pt} (TorchScript), its {@code tokenizer.json} (Hugging Face) and
 * {@code manifest.json}, which holds the fields of this record. Immutable.
 *
 * @param folder          the pack's folder
 * @param name            name of the model in pipelines and requests
 * @param dimension       number of values of a vector
 * @param vocabulary      number of token ids, which are from 0 up to one less
 * @param pooling         how the module pools; for information, as it is compiled into the module
 * @param maxTokens       maximum number of tokens that the model reads at once, with [CLS] and [SEP]
 * @param inputs          the module's second input
 * @param queryPrefix     text that is put before a query; empty for most models
 * @param itemPrefix      text that is put before an item; empty for most models
 * @param license         SPDX identifier of the licence of the weights
 * @param origin          source of the weights
 * @param modelSha256     hexadecimal SHA-256 of model.pt
 * @param tokenizerSha256 hexadecimal SHA-256 of tokenizer.json
 */
public record ModelPack(
    Path folder,
    String name,
    int dimension,
    int vocabulary,
    Pooling pooling,
    int maxTokens,
    ModelInputs inputs,
    String queryPrefix,
    String itemPrefix,
    String license,
    String origin,
    String modelSha256,
    String tokenizerSha256
) {

    /** The name of the manifest's file. */
    public static final String MANIFEST = "manifest.json";

    /** Longer than the tokens of any natural language, so that the cut by characters removes no token that the model would read. */
    private static final int CHARACTERS_PER_TOKEN = 16;

    public ModelPack {
        requirePositive(ModelManifest.DIMENSION, dimension);
        requirePositive(ModelManifest.VOCABULARY, vocabulary);
        requirePositive(ModelManifest.MAX_TOKENS, maxTokens);
        if (name.isBlank()) {
            throw new IllegalArgumentException("[name] must not be blank");
        }
    }

    /** A pack with {@link ModelInputs#LENGTHS} and without prefixes. */
    public ModelPack(
        Path folder,
        String name,
        int dimension,
        int vocabulary,
        Pooling pooling,
        int maxTokens,
        String license,
        String origin,
        String modelSha256,
        String tokenizerSha256
    ) {
        this(
            folder,
            name,
            dimension,
            vocabulary,
            pooling,
            maxTokens,
            ModelInputs.LENGTHS,
            "",
            "",
            license,
            origin,
            modelSha256,
            tokenizerSha256
        );
    }

    /**
     * Reads the manifest in a folder. The other files are not looked at.
     *
     * @throws IllegalArgumentException if there is no manifest, or naming the manifest and the field that is wrong
     */
    public static ModelPack read(Path folder) throws IOException {
        return ModelManifest.read(folder);
    }

    /** Writes the manifest into the pack's folder. */
    public void write() throws IOException {
        ModelManifest.write(this);
    }

    /** The file of the TorchScript module. */
    public Path model() {
        return model(folder);
    }

    /** The file of the tokenizer. */
    public Path tokenizer() {
        return tokenizer(folder);
    }

    /** The file of the TorchScript module of a pack in a folder. */
    public static Path model(Path folder) {
        return folder.resolve("model.pt");
    }

    /** The file of the tokenizer of a pack in a folder. */
    public static Path tokenizer(Path folder) {
        return folder.resolve("tokenizer.json");
    }

    /** The name, below the root folder of a module's archive, of the entry with the program that runs the weights in a layout. */
    public static String program(String layout) {
        return "extra/" + layout + ".pt";
    }

    /**
     * Compares the checksums of module and tokenizer with those in the manifest.
     *
     * @throws IllegalStateException if one differs, naming the file and both checksums
     */
    public void verify() throws IOException {
        verify(model(), ModelManifest.MODEL_SHA256, modelSha256);
        verify(tokenizer(), ModelManifest.TOKENIZER_SHA256, tokenizerSha256);
    }

    /** The text that is put before a text of this purpose; may be empty. */
    public String prefix(Purpose purpose) {
        return switch (purpose) {
            case QUERY -> queryPrefix;
            case ITEM -> itemPrefix;
        };
    }

    /**
     * Cuts off the part of a text that is certainly beyond {@code maxTokens} of its last chunk, so that it is not tokenised in vain.
     * Surrogate pairs are not split.
     */
    public String cut(String text, Chunking chunking) {
        long longest = (long) maxTokens * CHARACTERS_PER_TOKEN * chunking.maxChunks();
        if (text.length() <= longest) {
            return text;
        }
        int end = (int) longest;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /** The hexadecimal SHA-256 of a file. */
    public static String sha256(Path file) throws IOException {
        MessageDigest digest = MessageDigests.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return MessageDigests.toHexString(digest.digest());
    }

    private void verify(Path file, String field, String expected) throws IOException {
        String actual = sha256(file);
        if (actual.equals(expected) == false) {
            throw new IllegalStateException(
                "[model] ["
                    + name
                    + "]: ["
                    + file
                    + "] has sha256 ["
                    + actual
                    + "]; its manifest has ["
                    + field
                    + "] ["
                    + expected
                    + "]"
            );
        }
    }

    private static void requirePositive(String field, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("[" + field + "] must be at least 1, got [" + value + "]");
        }
    }
}
