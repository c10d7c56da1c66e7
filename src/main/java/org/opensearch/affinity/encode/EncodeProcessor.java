package org.opensearch.affinity.encode;

import org.opensearch.core.action.ActionListener;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.ConfigurationUtils;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Processor;
import org.opensearch.script.Script;
import org.opensearch.script.ScriptService;
import org.opensearch.script.ScriptType;
import org.opensearch.script.TemplateScript;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.opensearch.ingest.ConfigurationUtils.newConfigurationException;

/**
 * Ingest processor {@code affinity_encode}: writes the unit vector of a document's text into a field. The
 * documents of a bulk request are encoded together, off the write thread. A document without text has
 * no vector, a stale one is removed; a document whose fields are no text fails alone.
 */
public final class EncodeProcessor extends AbstractBatchingProcessor {
    public static final String TYPE = "affinity_encode";
    public static final String DEFAULT_MODEL = "all-minilm-l6-v2";

    private static final int DEFAULT_BATCH_SIZE = 256;
    private static final Set<String> METADATA = Stream.of(IngestDocument.Metadata.values())
        .map(IngestDocument.Metadata::getFieldName)
        .collect(Collectors.toUnmodifiableSet());

    private final Encoder encoder;
    private final String model;
    private final DocumentText text;
    private final String target;

    EncodeProcessor(String tag, String description, int batchSize, Encoder encoder, String model, DocumentText text, String target) {
        super(tag, description, batchSize);
        this.encoder = encoder;
        this.model = model;
        this.text = text;
        this.target = target;
    }

    @Override
    public String getType() {
        return TYPE;
    }

    /** Not supported: it would block a thread that must not wait. The node calls the variants with a handler. */
    @Override
    public IngestDocument execute(IngestDocument document) {
        throw new UnsupportedOperationException("[" + TYPE + "] encodes asynchronously; call execute with a handler");
    }

    @Override
    public void execute(IngestDocument document, BiConsumer<IngestDocument, Exception> handler) {
        subBatchExecute(List.of(new IngestDocumentWrapper(0, 0, document, null)), results -> {
            IngestDocumentWrapper result = results.getFirst();
            handler.accept(result.getIngestDocument(), result.getException());
        });
    }

    @Override
    protected void subBatchExecute(List<IngestDocumentWrapper> documents, Consumer<List<IngestDocumentWrapper>> handler) {
        List<IngestDocumentWrapper> results = new ArrayList<>(documents);
        List<String> texts = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            String read = read(results, i);
            if (read != null) {
                texts.add(read);
                positions.add(i);
            }
        }
        if (texts.isEmpty()) {
            handler.accept(results);
            return;
        }
        // Not ActionListener.wrap: it would call the handler again if the handler itself fails.
        encoder.encode(model, texts, new ActionListener<>() {
            @Override
            public void onResponse(float[][] vectors) {
                for (int i = 0; i < vectors.length; i++) {
                    write(results, positions.get(i), vectors[i]);
                }
                handler.accept(results);
            }

            @Override
            public void onFailure(Exception e) {
                positions.forEach(position -> fail(results, position, e));
                handler.accept(results);
            }
        });
    }

    /** The text at this position, or null if the document is already done with. */
    private String read(List<IngestDocumentWrapper> results, int position) {
        IngestDocument document = results.get(position).getIngestDocument();
        if (results.get(position).getException() != null || document == null) {
            return null;
        }
        try {
            String read = text.of(document);
            if (read == null && document.hasField(target)) {
                document.removeField(target);
            }
            return read;
        } catch (Exception e) {
            fail(results, position, e);
            return null;
        }
    }

    private void write(List<IngestDocumentWrapper> results, int position, float[] vector) {
        // A plain list: what scripts, simulate and copies of the document understand.
        List<Float> values = new ArrayList<>(vector.length);
        for (float value : vector) {
            values.add(value);
        }
        try {
            results.get(position).getIngestDocument().setFieldValue(target, values);
        } catch (Exception e) {
            fail(results, position, e);
        }
    }

    private static void fail(List<IngestDocumentWrapper> results, int position, Exception e) {
        IngestDocumentWrapper failed = results.get(position);
        results.set(position, new IngestDocumentWrapper(failed.getSlot(), failed.getChildSlot(), null, e));
    }

    /** Makes processors from their definitions; what is wrong in one is told with status 400. */
    public static final class Factory extends AbstractBatchingProcessor.Factory {
        private final Supplier<Encoder> encoder;
        private final ScriptService scripts;

        /** @param encoder asked when a pipeline is made: a node makes its processors' factories before its components */
        public Factory(Supplier<Encoder> encoder, ScriptService scripts) {
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
            config.putIfAbsent(BATCH_SIZE_FIELD, DEFAULT_BATCH_SIZE);
            return super.create(factories, tag, description, config);
        }

        @Override
        protected AbstractBatchingProcessor newProcessor(String tag, String description, int batchSize, Map<String, Object> config) {
            List<String> fields = fields(tag, config);
            String target = ConfigurationUtils.readStringProperty(TYPE, tag, config, "target");
            boolean path = Stream.of(target.split("\\.", -1)).noneMatch(String::isBlank);
            if (path == false || METADATA.contains(target) || fields.contains(target)) {
                throw newConfigurationException(TYPE, tag, "target", "must name a field of its own for the vector, not [" + target + "]");
            }
            String model = ConfigurationUtils.readStringProperty(TYPE, tag, config, "model", DEFAULT_MODEL);
            try {
                encoder.get().models().pack(model);
            } catch (IllegalArgumentException e) {
                throw newConfigurationException(TYPE, tag, "model", e.getMessage());
            }
            String template = ConfigurationUtils.readOptionalStringProperty(TYPE, tag, config, "template");
            DocumentText text = new DocumentText(fields, template == null ? null : compile(tag, template));
            return new EncodeProcessor(tag, description, batchSize, encoder.get(), model, text, target);
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

        /** Not ConfigurationUtils.compileTemplate: it escapes values for JSON, and {@code 5\" screen} is another text. */
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
}
