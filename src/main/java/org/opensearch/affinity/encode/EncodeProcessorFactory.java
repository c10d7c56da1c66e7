package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.VectorTarget.Part;
import org.opensearch.affinity.encode.VectorTarget.TextPart;
import org.opensearch.affinity.encode.VectorTarget.VectorPart;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.ConfigurationUtils;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.Processor;
import org.opensearch.script.Script;
import org.opensearch.script.ScriptService;
import org.opensearch.script.ScriptType;
import org.opensearch.script.TemplateScript;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.opensearch.ingest.ConfigurationUtils.newConfigurationException;

/**
 * Creates {@link EncodeProcessor}s from their definitions. An invalid definition is refused with status 400, naming the property, its
 * value and the right ones.
 */
public final class EncodeProcessorFactory extends AbstractBatchingProcessor.Factory {
    private static final String TYPE = EncodeProcessor.TYPE;
    private static final int DEFAULT_BATCH_SIZE = 256;
    private static final Set<String> METADATA = Stream.of(IngestDocument.Metadata.values())
        .map(IngestDocument.Metadata::getFieldName)
        .collect(Collectors.toUnmodifiableSet());

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
        String model = ConfigurationUtils.readStringProperty(TYPE, tag, config, "model", EncodeProcessor.DEFAULT_MODEL);
        try {
            encoder.get().models().pack(model);
        } catch (IllegalArgumentException e) {
            throw newConfigurationException(TYPE, tag, "model", e.getMessage());
        }
        return new EncodeProcessor(tag, description, batchSize, encoder.get(), model, chunking(tag, config), targets(tag, config));
    }

    private static Chunking chunking(String tag, Map<String, Object> config) {
        String pooling = ConfigurationUtils.readOptionalStringProperty(TYPE, tag, config, Chunking.POOLING);
        Object maxChunks = ConfigurationUtils.readOptionalObject(config, Chunking.MAX_CHUNKS);
        try {
            return Chunking.of(pooling, maxChunks);
        } catch (IllegalArgumentException e) {
            // It names the parameter itself.
            throw newConfigurationException(TYPE, tag, null, e.getMessage());
        }
    }

    /** The targets in the property {@code targets}, or else the single target that the processor's own properties define. */
    private List<VectorTarget> targets(String tag, Map<String, Object> config) {
        List<?> definitions = ConfigurationUtils.readOptionalList(TYPE, tag, config, "targets");
        if (definitions == null) {
            return List.of(target(tag, config));
        }
        List<VectorTarget> targets = new ArrayList<>();
        Set<String> fields = new TreeSet<>();
        for (Map<String, Object> definition : objects(tag, "targets", definitions)) {
            VectorTarget target = target(tag, definition);
            requireEmpty(tag, "targets", definition);
            if (fields.add(target.field()) == false) {
                throw newConfigurationException(TYPE, tag, "targets", "has [" + target.field() + "] twice");
            }
            targets.add(target);
        }
        return targets;
    }

    private VectorTarget target(String tag, Map<String, Object> config) {
        String field = ConfigurationUtils.readStringProperty(TYPE, tag, config, "target");
        List<?> combined = ConfigurationUtils.readOptionalList(TYPE, tag, config, "combine");
        List<Part> parts = combined == null ? List.of(text(tag, config)) : combine(tag, combined);
        boolean path = Stream.of(field.split("\\.", -1)).noneMatch(String::isBlank);
        if (path == false || METADATA.contains(field) || parts.stream().anyMatch(part -> reads(part, field))) {
            throw newConfigurationException(TYPE, tag, "target", "must name a field of its own for the vector, not [" + field + "]");
        }
        return new VectorTarget(field, parts);
    }

    private static boolean reads(Part part, String field) {
        return switch (part) {
            case TextPart text -> text.text().fields().contains(field);
            case VectorPart vector -> vector.field().equals(field);
        };
    }

    private Part text(String tag, Map<String, Object> config) {
        List<String> fields = fields(tag, config);
        String template = ConfigurationUtils.readOptionalStringProperty(TYPE, tag, config, "template");
        return new TextPart(new DocumentText(fields, template == null ? null : compile(tag, template)), 1);
    }

    private List<Part> combine(String tag, List<?> definitions) {
        List<Part> parts = new ArrayList<>();
        for (Map<String, Object> definition : objects(tag, "combine", definitions)) {
            String field = ConfigurationUtils.readOptionalStringProperty(TYPE, tag, definition, "field");
            String vector = ConfigurationUtils.readOptionalStringProperty(TYPE, tag, definition, "vector_field");
            float weight = weight(tag, definition.remove("weight"));
            requireEmpty(tag, "combine", definition);
            if ((field == null) == (vector == null)) {
                throw newConfigurationException(TYPE, tag, "combine", "needs one of [field] and [vector_field] in each of its parts");
            }
            parts.add(vector == null ? new TextPart(new DocumentText(List.of(field), null), weight) : new VectorPart(vector, weight));
        }
        return parts;
    }

    private static float weight(String tag, Object weight) {
        if (weight == null) {
            return 1;
        }
        float number = weight instanceof Number given ? given.floatValue() : Float.NaN;
        if (number > 0 && Float.isFinite(number)) {
            return number;
        }
        throw newConfigurationException(TYPE, tag, "weight", "must be a number above 0, got [" + weight + "]");
    }

    private static List<String> fields(String tag, Map<String, Object> config) {
        List<?> fields = ConfigurationUtils.readList(TYPE, tag, config, "fields");
        for (Object field : fields) {
            if ((field instanceof String name && name.isBlank() == false) == false) {
                throw newConfigurationException(TYPE, tag, "fields", "must be names of fields, found [" + field + "]");
            }
        }
        if (fields.isEmpty()) {
            throw newConfigurationException(TYPE, tag, "fields", "must name at least one field");
        }
        return fields.stream().map(String.class::cast).toList();
    }

    private static List<Map<String, Object>> objects(String tag, String property, List<?> elements) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object element : elements) {
            if (element instanceof Map<?, ?> map) {
                Map<String, Object> copy = new HashMap<>();
                map.forEach((key, value) -> copy.put(key.toString(), value));
                objects.add(copy);
            } else {
                throw newConfigurationException(TYPE, tag, property, "must be a list of objects, found [" + element + "]");
            }
        }
        if (objects.isEmpty()) {
            throw newConfigurationException(TYPE, tag, property, "must have at least one element");
        }
        return objects;
    }

    private static void requireEmpty(String tag, String property, Map<String, Object> rest) {
        if (rest.isEmpty() == false) {
            throw newConfigurationException(TYPE, tag, property, "has unknown parameters " + new TreeSet<>(rest.keySet()));
        }
    }

    /** Compiles a template that renders plain text. ConfigurationUtils.compileTemplate would escape values for JSON. */
    private TemplateScript.Factory compile(String tag, String template) {
        if (template.isBlank()) {
            throw newConfigurationException(TYPE, tag, "template", "must not be empty");
        }
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
