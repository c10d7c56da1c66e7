package org.opensearch.affinity.encode.pack;

import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.ParseField;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;
import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/** Reads and writes the manifest of a model pack, a JSON object with the fields of {@link ModelPack}. */
final class ModelManifest {
    static final String DIMENSION = "dimension";
    static final String VOCABULARY = "vocabulary";
    static final String MAX_TOKENS = "max_tokens";
    static final String MODEL_SHA256 = "model_sha256";
    static final String TOKENIZER_SHA256 = "tokenizer_sha256";

    private static final String FORMAT = "format";
    private static final String NAME = "name";
    private static final String POOLING = "pooling";
    private static final String INPUTS = "inputs";
    private static final String QUERY_PREFIX = "query_prefix";
    private static final String ITEM_PREFIX = "item_prefix";
    private static final String LICENSE = "license";
    private static final String ORIGIN = "origin";

    /** The format that this version writes and reads. */
    private static final int CURRENT_FORMAT = 1;

    private static final ConstructingObjectParser<ModelPack, Path> PARSER = new ConstructingObjectParser<>(
        "model_pack",
        false,
        (args, folder) -> {
            if ((int) args[0] != CURRENT_FORMAT) {
                throw new IllegalArgumentException("[format] is [" + args[0] + "]; this version reads [" + CURRENT_FORMAT + "]");
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
        PARSER.declareInt(constructorArg(), new ParseField(FORMAT));
        PARSER.declareString(constructorArg(), new ParseField(NAME));
        PARSER.declareInt(constructorArg(), new ParseField(DIMENSION));
        PARSER.declareInt(constructorArg(), new ParseField(VOCABULARY));
        PARSER.declareString(constructorArg(), Pooling::parse, new ParseField(POOLING));
        PARSER.declareInt(constructorArg(), new ParseField(MAX_TOKENS));
        PARSER.declareString(constructorArg(), new ParseField(LICENSE));
        PARSER.declareString(constructorArg(), new ParseField(ORIGIN));
        PARSER.declareString(constructorArg(), new ParseField(MODEL_SHA256));
        PARSER.declareString(constructorArg(), new ParseField(TOKENIZER_SHA256));
        PARSER.declareString(optionalConstructorArg(), ModelInputs::parse, new ParseField(INPUTS));
        PARSER.declareString(optionalConstructorArg(), new ParseField(QUERY_PREFIX));
        PARSER.declareString(optionalConstructorArg(), new ParseField(ITEM_PREFIX));
    }

    private ModelManifest() {}

    static ModelPack read(Path folder) throws IOException {
        Path manifest = folder.resolve(ModelPack.MANIFEST);
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
            throw new IllegalArgumentException("[model] [" + folder + "] has no [" + ModelPack.MANIFEST + "]", e);
        } catch (IOException e) {
            throw new IOException("[model] cannot read [" + manifest + "]: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[model] [" + manifest + "]: " + detail(e), e);
        }
    }

    /** The message of a parser's exception, with that of its first cause, which names the wrong value. */
    private static String detail(IllegalArgumentException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == e ? e.getMessage() : e.getMessage() + ": " + cause.getMessage();
    }

    static void write(ModelPack pack) throws IOException {
        try (
            OutputStream out = Files.newOutputStream(pack.folder().resolve(ModelPack.MANIFEST));
            XContentBuilder builder = new XContentBuilder(JsonXContent.jsonXContent, out).prettyPrint()
        ) {
            builder.startObject().field(FORMAT, CURRENT_FORMAT).field(NAME, pack.name());
            builder.field(DIMENSION, pack.dimension()).field(VOCABULARY, pack.vocabulary()).field(POOLING, pack.pooling().toString());
            builder.field(MAX_TOKENS, pack.maxTokens()).field(INPUTS, pack.inputs().toString());
            if (pack.queryPrefix().isEmpty() == false) {
                builder.field(QUERY_PREFIX, pack.queryPrefix());
            }
            if (pack.itemPrefix().isEmpty() == false) {
                builder.field(ITEM_PREFIX, pack.itemPrefix());
            }
            builder.field(LICENSE, pack.license()).field(ORIGIN, pack.origin());
            builder.field(MODEL_SHA256, pack.modelSha256()).field(TOKENIZER_SHA256, pack.tokenizerSha256()).endObject();
        }
    }
}
