package org.opensearch.affinity.xcontent;

import org.opensearch.OpenSearchException;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.ParseField;
import org.opensearch.core.xcontent.ErrorOnUnknown;
import org.opensearch.core.xcontent.MapXContentParser;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.ObjectParser;
import org.opensearch.core.xcontent.ObjectParser.ValueType;
import org.opensearch.core.xcontent.XContentParseException;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Reads an object into a builder: an {@link ObjectParser} whose errors name the field by its full path, the value and what would be
 * right. Kept in a static field of the builder and complete after its static initialiser; from then on thread-safe.
 *
 * @param <B> a mutable class with a field for each value, null or a default where the object lacks it; it checks values against each
 *            other once the object is read
 */
public final class BuilderParser<B> {
    private record Target<B>(B builder, FieldPath path) {}

    private final Supplier<B> newBuilder;
    private final Set<String> names = new TreeSet<>();
    private final ObjectParser<Target<B>, Void> fields;

    /** Reads objects in which unknown fields are errors. */
    public BuilderParser(Supplier<B> newBuilder) {
        this.newBuilder = newBuilder;
        fields = new ObjectParser<>("object", (target, name, value) -> { throw unknown(target.path, name); }, null);
    }

    private BuilderParser(Supplier<B> newBuilder, ObjectParser<Target<B>, Void> fields) {
        this.newBuilder = newBuilder;
        this.fields = fields;
    }

    /** Reads objects in which unknown fields are skipped, such as documents. */
    public static <B> BuilderParser<B> skippingUnknown(Supplier<B> newBuilder) {
        return new BuilderParser<>(newBuilder, new ObjectParser<>("object", true, null));
    }

    /** Adds a field. */
    public <T> void declare(String name, ValueReader<T> reader, BiConsumer<? super B, T> set) {
        names.add(name);
        fields.declareField(
            (parser, target, context) -> set.accept(target.builder, reader.read(parser, target.path.field(name))),
            new ParseField(name),
            ValueType.VALUE_OBJECT_ARRAY
        );
    }

    /** Adds a field that is an error here, as it belongs elsewhere. */
    public void refuse(String name, String problem) {
        fields.declareField((parser, target, context) -> { throw target.path.field(name).error(problem); }, new ParseField(name), ValueType.VALUE_OBJECT_ARRAY);
    }

    /** Reads an object into a new builder. The parser is before the object or at its beginning. */
    public B parse(XContentParser parser, FieldPath path) throws IOException {
        return parse(parser, path, newBuilder.get());
    }

    /** Reads an object that was parsed already. */
    public B parse(Map<String, Object> object, FieldPath path) {
        try (
            XContentParser parser = new MapXContentParser(
                NamedXContentRegistry.EMPTY,
                LoggingDeprecationHandler.INSTANCE,
                object,
                XContentType.JSON
            )
        ) {
            return parse(parser, path);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }

    /** Reads an object into a builder. The parser is before the object or at its beginning. */
    public B parse(XContentParser parser, FieldPath path, B builder) throws IOException {
        if (parser.currentToken() == null || parser.currentToken() == Token.FIELD_NAME) {
            parser.nextToken();
        }
        if (parser.currentToken() == null) {
            throw path.error("must be an object with some of " + names + ", got nothing");
        }
        if (parser.currentToken() != Token.START_OBJECT) {
            throw Values.mustBe("an object with some of " + names, parser, path);
        }
        try {
            fields.parse(parser, new Target<>(builder, path), null);
        } catch (XContentParseException e) {
            throw unwrapped(e);
        }
        return builder;
    }

    /** The reader of such an object within another one. */
    public <T> ValueReader<T> reader(String wanted, BiFunction<B, FieldPath, T> build) {
        return (parser, path) -> {
            if (parser.currentToken() != Token.START_OBJECT) {
                throw Values.mustBe(wanted, parser, path);
            }
            return build.apply(parse(parser, path), path);
        };
    }

    /** {@link ObjectParser} wraps what a reader throws; the reader's error has the better message. Others keep the name of the field. */
    private static RuntimeException unwrapped(XContentParseException e) throws IOException {
        return switch (e.getCause()) {
            case IllegalArgumentException problem -> problem;
            case OpenSearchException problem -> problem;
            case IOException problem -> throw problem;
            case null, default -> e;
        };
    }

    private IllegalArgumentException unknown(FieldPath path, String name) {
        String message = ErrorOnUnknown.IMPLEMENTATION.errorMessage("", name, names);
        String problem = message.substring(message.indexOf("unknown field")) + (message.endsWith("?") ? "" : "; known: " + names);
        return path.path().isEmpty() ? path.failure(problem) : path.error(problem);
    }
}
