package org.opensearch.affinity.encode;

import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.common.settings.Settings;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Processor;
import org.opensearch.script.ScriptEngine;
import org.opensearch.script.ScriptModule;
import org.opensearch.script.ScriptService;
import org.opensearch.script.mustache.MustacheScriptEngine;
import org.opensearch.threadpool.ThreadPool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.hamcrest.Matchers.instanceOf;

/** Base of tests of the processor {@code affinity_encode}, with the real model and one that cannot be loaded, named {@code broken}. */
public abstract class EncodeProcessorTestCase extends EncodeTestCase {
    static ThreadPool threadPool;
    static ModelPacks models;
    static Encoder encoder;
    static ScriptService scripts;

    @BeforeClass
    public static void openModels() throws Exception {
        Path config = createTempDir();
        brokenPack(config, "broken");
        threadPool = threadPool(2, 1000);
        models = models(config);
        encoder = encoder(models, threadPool);
        Map<String, ScriptEngine> engines = Map.of(MustacheScriptEngine.NAME, new MustacheScriptEngine());
        scripts = new ScriptService(Settings.EMPTY, engines, ScriptModule.CORE_CONTEXTS);
    }

    @AfterClass
    public static void closeModels() throws Exception {
        ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
        models.close();
        scripts.close();
        threadPool = null;
        models = null;
        encoder = null;
        scripts = null;
    }

    static float[] vector(IngestDocumentWrapper result, String field) {
        return vector(result.getIngestDocument(), field);
    }

    static float[] vector(IngestDocument document, String field) {
        List<?> values = document.getFieldValue(field, List.class);
        float[] vector = new float[values.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (Float) values.get(i);
        }
        return vector;
    }

    static Map<String, Processor.Factory> factories() {
        return Map.of(EncodeProcessor.TYPE, new EncodeProcessorFactory(() -> encoder, scripts));
    }

    static Map<String, Object> config() {
        Map<String, Object> config = new HashMap<>();
        config.put("fields", new ArrayList<>(List.of("title")));
        config.put("target", "vector");
        return config;
    }

    static AbstractBatchingProcessor processor(Map<String, Object> config) throws Exception {
        Processor processor = factories().get(EncodeProcessor.TYPE).create(Map.of(), "tag", null, config);
        assertThat(processor, instanceOf(EncodeProcessor.class));
        assertTrue(config.toString(), config.isEmpty());
        return (AbstractBatchingProcessor) processor;
    }

    static IngestDocument document(String field, Object value) {
        Map<String, Object> source = new HashMap<>();
        source.put(field, value);
        return new IngestDocument("index", "id", null, null, null, source);
    }

    static List<IngestDocumentWrapper> run(AbstractBatchingProcessor processor, List<IngestDocumentWrapper> batch)
        throws Exception {
        CompletableFuture<List<IngestDocumentWrapper>> done = new CompletableFuture<>();
        processor.batchExecute(batch, results -> assertTrue("answered twice", done.complete(results)));
        return get(done);
    }

    static IngestDocument run(AbstractBatchingProcessor processor, IngestDocument document) throws Exception {
        return get(start(processor, document));
    }

    static CompletableFuture<IngestDocument> start(AbstractBatchingProcessor processor, IngestDocument document) {
        CompletableFuture<IngestDocument> done = new CompletableFuture<>();
        processor.execute(document, (result, e) -> {
            if (e == null) {
                done.complete(result);
            } else {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    static void assertVector(IngestDocument document, String text) {
        List<?> values = document.getFieldValue("vector", List.class);
        float[] vector = new float[values.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (Float) values.get(i);
        }
        assertArrayEquals(text, models.get(MODEL).encode(List.of(text))[0], vector, 2e-6f);
        // The simulate API and the processor foreach copy documents.
        assertEquals(values, new IngestDocument(document).getFieldValue("vector", List.class));
    }
}
