package org.opensearch.affinity.encode.pack;

import org.opensearch.common.hash.MessageDigests;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.ParseField;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;
import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

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
) implements ToXContentObject {

    /** The name of the manifest's file. */
    public static final String MANIFEST = "manifest.json";

    /** The format of manifests that this version writes and reads. */
    private static final int FORMAT = 1;
    /** Longer than the tokens of any natural language, so that the cut by characters removes no token that the model would read. */
    private static final int CHARACTERS_PER_TOKEN = 16;

    private static final ParseField FORMAT_FIELD = new ParseField("format");
    private static final ParseField NAME = new ParseField("name");
    private static final ParseField DIMENSION = new ParseField("dimension");
    private static final ParseField VOCABULARY = new ParseField("vocabulary");
    private static final ParseField POOLING = new ParseField("pooling");
    private static final ParseField MAX_TOKENS = new ParseField("max_tokens");
    private static final ParseField INPUTS = new ParseField("inputs");
    private static final ParseField QUERY_PREFIX = new ParseField("query_prefix");
    private static final ParseField ITEM_PREFIX = new ParseField("item_prefix");
    private static final ParseField LICENSE = new ParseField("license");
    private static final ParseField ORIGIN = new ParseField("origin");
    private static final ParseField MODEL_SHA256 = new ParseField("model_sha256");
    private static final ParseField TOKENIZER_SHA256 = new ParseField("tokenizer_sha256");

    private static final ConstructingObjectParser<ModelPack, Path> PARSER = new ConstructingObjectParser<>(
        "model_pack",
        false,
        (args, folder) -> {
            if ((int) args[0] != FORMAT) {
                throw new IllegalArgumentException("[format] is [" + args[0] + "]; this version reads [" + FORMAT + "]");
            }
            return new ModelPack(
                folder,
                (String) args[1],
                (int) args[2],
                (int) args[3],
                (Pooling) args[4],
                (int) args[5],
                args[10] == null ? ModelInputs.LENGTHS : (ModelInputs) args[10],
                args[11] == null ? "" : (String) args[11],
                args[12] == null ? "" : (String) args[12],
                (String) args[6],
                (String) args[7],
                (String) args[8],
                (String) args[9]
            );
        }
    );

    static {
        PARSER.declareInt(constructorArg(), FORMAT_FIELD);
        PARSER.declareString(constructorArg(), NAME);
        PARSER.declareInt(constructorArg(), DIMENSION);
        PARSER.declareInt(constructorArg(), VOCABULARY);
        PARSER.declareString(constructorArg(), Pooling::parse, POOLING);
        PARSER.declareInt(constructorArg(), MAX_TOKENS);
        PARSER.declareString(constructorArg(), LICENSE);
        PARSER.declareString(constructorArg(), ORIGIN);
        PARSER.declareString(constructorArg(), MODEL_SHA256);
        PARSER.declareString(constructorArg(), TOKENIZER_SHA256);
        PARSER.declareString(optionalConstructorArg(), ModelInputs::parse, INPUTS);
        PARSER.declareString(optionalConstructorArg(), QUERY_PREFIX);
        PARSER.declareString(optionalConstructorArg(), ITEM_PREFIX);
    }

    public ModelPack {
        requirePositive(DIMENSION, dimension);
        requirePositive(VOCABULARY, vocabulary);
        requirePositive(MAX_TOKENS, maxTokens);
        if (name.isBlank()) {
            throw new IllegalArgumentException("[name] is blank");
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
        Path manifest = folder.resolve(MANIFEST);
        try (
            InputStream in = Files.newInputStream(manifest);
            XContentParser parser = JsonXContent.jsonXContent.createParser(
                NamedXContentRegistry.EMPTY,
                LoggingDeprecationHandler.INSTANCE,
                in
            )
        ) {
            return PARSER.parse(parser, folder);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("[model] [" + folder + "] has no [" + MANIFEST + "]", e);
        } catch (IOException e) {
            throw new IOException("[model] cannot read [" + manifest + "]: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            Throwable reason = e;
            while (reason.getCause() != null) {
                reason = reason.getCause();
            }
            String detail = reason == e ? e.getMessage() : e.getMessage() + ": " + reason.getMessage();
            throw new IllegalArgumentException("[model] [" + manifest + "]: " + detail, e);
        }
    }

    /** Writes the manifest into the pack's folder. */
    public void write() throws IOException {
        try (
            OutputStream out = Files.newOutputStream(folder.resolve(MANIFEST));
            XContentBuilder builder = new XContentBuilder(JsonXContent.jsonXContent, out).prettyPrint()
        ) {
            toXContent(builder, EMPTY_PARAMS);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject()
            .field(FORMAT_FIELD.getPreferredName(), FORMAT)
            .field(NAME.getPreferredName(), name)
            .field(DIMENSION.getPreferredName(), dimension)
            .field(VOCABULARY.getPreferredName(), vocabulary)
            .field(POOLING.getPreferredName(), pooling.toString())
            .field(MAX_TOKENS.getPreferredName(), maxTokens)
            .field(INPUTS.getPreferredName(), inputs.toString());
        if (queryPrefix.isEmpty() == false) {
            builder.field(QUERY_PREFIX.getPreferredName(), queryPrefix);
        }
        if (itemPrefix.isEmpty() == false) {
            builder.field(ITEM_PREFIX.getPreferredName(), itemPrefix);
        }
        return builder.field(LICENSE.getPreferredName(), license)
            .field(ORIGIN.getPreferredName(), origin)
            .field(MODEL_SHA256.getPreferredName(), modelSha256)
            .field(TOKENIZER_SHA256.getPreferredName(), tokenizerSha256)
            .endObject();
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
        verify(model(), MODEL_SHA256, modelSha256);
        verify(tokenizer(), TOKENIZER_SHA256, tokenizerSha256);
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

    private void verify(Path file, ParseField field, String expected) throws IOException {
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
                    + field.getPreferredName()
                    + "] ["
                    + expected
                    + "]"
            );
        }
    }

    private static void requirePositive(ParseField field, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("[" + field.getPreferredName() + "] must be at least 1, got [" + value + "]");
        }
    }
}
