package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.VectorTarget.Part;
import org.opensearch.affinity.encode.VectorTarget.TextPart;
import org.opensearch.affinity.encode.VectorTarget.VectorPart;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.Processor;
import org.opensearch.script.Script;
import org.opensearch.script.ScriptService;
import org.opensearch.script.ScriptType;
import org.opensearch.script.TemplateScript;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.opensearch.ingest.ConfigurationUtils.newConfigurationException;

/**
 * Creates {@link EncodeProcessor}s from their configurations. An invalid configuration is refused with status 400, naming the field by its
 * path, the value and what would be right.
 */
public final class EncodeProcessorFactory extends AbstractBatchingProcessor.Factory {
    private static final String TYPE = EncodeProcessor.TYPE;
    private static final int DEFAULT_BATCH_SIZE = 256;
    private static final Set<String> METADATA = Stream.of(IngestDocument.Metadata.values())
        .map(IngestDocument.Metadata::getFieldName)
        .collect(Collectors.toUnmodifiableSet());
    private static final FieldPath CONFIGURATION = FieldPath.body("");
    private static final ValueReader<String> NAME = Values.text("the name of a field");
    private static final ValueReader<String> FIELD = (parser, path) -> requireOneField(NAME.read(parser, path), path);
    /** A field with a weight, as searches write it. */
    private static final Pattern WEIGHTED = Pattern.compile("(.*)\\^([0-9.]+)");

    /** A part of a vector as it was sent, element of {@code combine}. */
    private static final class PartBuilder {
        private static final BuilderParser<PartBuilder> PARSER = new BuilderParser<>(PartBuilder::new);

        static {
            PARSER.declare("field", FIELD, (b, value) -> b.field = value);
            PARSER.declare("vector_field", FIELD, (b, value) -> b.vectorField = value);
            PARSER.declare("weight", Values.positiveNumber(), (b, value) -> b.weight = value.floatValue());
        }

        private String field;
        private String vectorField;
        private float weight = 1;

        private Part build(FieldPath path) {
            if ((field == null) == (vectorField == null)) {
                throw path.error("needs one of [field] and [vector_field]");
            }
            return field != null ? new TextPart(new DocumentText(List.of(field), null), weight) : new VectorPart(vectorField, weight);
        }
    }

    /** A target as it was sent: an element of {@code targets}, or the processor's only one. */
    private static class TargetBuilder {
        private static final BuilderParser<TargetBuilder> PARSER = new BuilderParser<>(TargetBuilder::new);

        static {
            declareTarget(PARSER);
        }

        private String target;
        private List<String> fields;
        private String template;
        private List<Part> combine;
        FieldPath path = CONFIGURATION;

        private TargetBuilder at(FieldPath where) {
            path = where;
            return this;
        }

        static void declareTarget(BuilderParser<? extends TargetBuilder> parser) {
            parser.declare("target", FIELD, (TargetBuilder b, String value) -> b.target = value);
            parser.declare(
                "fields",
                Values.list(FIELD, 1, "a list of at least one name of a field"),
                (TargetBuilder b, List<String> value) -> b.fields = value
            );
            ValueReader<String> template = Values.text("a mustache template that is not empty");
            parser.declare("template", template, (TargetBuilder b, String value) -> b.template = value);
            String wanted = "an object such as {\"field\": \"title\", \"weight\": 2}";
            parser.declare(
                "combine",
                Values.list(PartBuilder.PARSER.reader(wanted, PartBuilder::build), 1, "a list of at least one part"),
                (TargetBuilder b, List<Part> value) -> b.combine = value
            );
        }

        boolean isEmpty() {
            return target == null && fields == null && template == null && combine == null;
        }

        /** Checks all but the template, which {@link EncodeProcessorFactory} compiles. */
        void check() {
            path.field("target").require(target, "name the field for the vector");
            if (combine != null && (fields != null || template != null)) {
                throw path.field("combine").error("is instead of [fields] and [template], not beside them");
            }
            if (combine == null) {
                path.field("fields").require(fields, "name the fields of the text");
            }
            boolean legal = Stream.of(target.split("\\.", -1)).noneMatch(String::isBlank) && METADATA.contains(target) == false;
            boolean readsItself = combine == null ? fields.contains(target) : combine.stream().anyMatch(part -> reads(part, target));
            if (legal == false || readsItself) {
                throw path.field("target").error("must name a field of its own for the vector, not [" + target + "]");
            }
        }

        private static boolean reads(Part part, String field) {
            return switch (part) {
                case TextPart text -> text.text().fields().contains(field);
                case VectorPart vector -> vector.field().equals(field);
            };
        }
    }

    /** The configuration of a processor as it was sent. */
    private static final class Builder extends TargetBuilder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            declareTarget(PARSER);
            PARSER.declare("model", Values.text("the name of a model"), (b, value) -> b.model = value);
            PARSER.declare(Chunking.POOLING, Values.STRING, (b, value) -> b.pooling = value);
            PARSER.declare(Chunking.MAX_CHUNKS, Values.wholeNumber(1, Chunking.LIMIT), (b, value) -> b.maxChunks = value);
            ValueReader<TargetBuilder> target = TargetBuilder.PARSER.reader(
                "an object with [target], and [fields] or [combine]",
                TargetBuilder::at
            );
            PARSER.declare("targets", Values.list(target, 1, "a list of at least one target"), (b, value) -> b.targets = value);
        }

        private String model = EncodeProcessor.DEFAULT_MODEL;
        private String pooling;
        private Integer maxChunks;
        private List<TargetBuilder> targets;

        /** The elements of {@code targets}, or the processor's own target. */
        private List<TargetBuilder> allTargets() {
            if (targets == null) {
                check();
                return List.of(this);
            }
            if (isEmpty() == false) {
                throw path.field("targets").error("is instead of [target], [fields], [template] and [combine], not beside them");
            }
            Set<String> names = new TreeSet<>();
            for (TargetBuilder target : targets) {
                target.check();
                if (names.add(target.target) == false) {
                    throw path.field("targets").error("has [" + target.target + "] twice");
                }
            }
            return targets;
        }
    }

    /** Requires the name of one field: no pattern, and no weight behind it. */
    private static String requireOneField(String name, FieldPath path) {
        Matcher weighted = WEIGHTED.matcher(name);
        if (weighted.matches()) {
            String part = "{\"field\": \"" + weighted.group(1) + "\", \"weight\": " + weighted.group(2) + "}";
            throw path.error("must be the name of a field without a weight, got [" + name + "]: weights stand in [combine], as in [" + part + "]");
        }
        if (name.indexOf('*') >= 0) {
            throw path.error("must be the name of one field, got the pattern [" + name + "]: name the fields one by one");
        }
        return name;
    }

    private final Supplier<Encoder> encoder;
    private final ScriptService scripts;

    /** @param encoder called when a pipeline is created: a node creates the factories of processors before its components */
    public EncodeProcessorFactory(Supplier<Encoder> encoder, ScriptService scripts) {
        super(TYPE);
        this.encoder = encoder;
        this.scripts = scripts;
    }

    @Override
    public AbstractBatchingProcessor create(
        Map<String, Processor.Factory> factories,
        String tag,
        String description,
        Map<String, Object> config
    ) throws Exception {
        config.putIfAbsent(AbstractBatchingProcessor.BATCH_SIZE_FIELD, DEFAULT_BATCH_SIZE);
        return super.create(factories, tag, description, config);
    }

    @Override
    protected AbstractBatchingProcessor newProcessor(String tag, String description, int batchSize, Map<String, Object> config) {
        try {
            Builder builder = Builder.PARSER.parse(config, CONFIGURATION);
            // What is left of a configuration counts as unknown.
            config.clear();
            requireModel(builder.model);
            Chunking chunking = Chunking.of(builder.pooling, builder.maxChunks);
            List<VectorTarget> targets = new ArrayList<>();
            for (TargetBuilder target : builder.allTargets()) {
                targets.add(new VectorTarget(target.target, target.combine != null ? target.combine : List.of(text(tag, target))));
            }
            return new EncodeProcessor(tag, description, batchSize, encoder.get(), builder.model, chunking, targets);
        } catch (IllegalArgumentException e) {
            // It names the field itself.
            throw newConfigurationException(TYPE, tag, null, e.getMessage());
        }
    }

    private void requireModel(String model) {
        try {
            encoder.get().models().pack(model);
        } catch (IllegalArgumentException e) {
            throw CONFIGURATION.field("model").error(e.getMessage());
        }
    }

    private Part text(String tag, TargetBuilder target) {
        TemplateScript.Factory template = target.template == null ? null : compile(tag, target.template);
        return new TextPart(new DocumentText(target.fields, template), 1);
    }

    /** Compiles a template that renders plain text. ConfigurationUtils.compileTemplate would escape values for JSON. */
    private TemplateScript.Factory compile(String tag, String template) {
        if (scripts.isLangSupported(Script.DEFAULT_TEMPLATE_LANG) == false) {
            throw newConfigurationException(TYPE, tag, "template", "needs the module [lang-mustache], which is not installed");
        }
        Map<String, String> plain = Map.of(Script.CONTENT_TYPE_OPTION, "text/plain");
        try {
            Script script = new Script(ScriptType.INLINE, Script.DEFAULT_TEMPLATE_LANG, template, plain, Map.of());
            return scripts.compile(script, TemplateScript.CONTEXT);
        } catch (Exception e) {
            throw newConfigurationException(TYPE, tag, "template", e);
        }
    }
}
