package org.opensearch.affinity.encode;

import org.apache.lucene.util.VectorUtil;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Pipeline;
import org.opensearch.ingest.Processor;
import org.opensearch.script.ScriptEngine;
import org.opensearch.script.ScriptModule;
import org.opensearch.script.ScriptService;
import org.opensearch.script.mustache.MustacheScriptEngine;
import org.opensearch.threadpool.ThreadPool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

public class EncodeProcessorTests extends EncodeTestCase {
    private static ThreadPool threadPool;
    private static ModelPacks models;
    private static Encoder encoder;
    private static ScriptService scripts;

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

    public void testBatchWithInvalidDocuments() throws Exception {
        AbstractBatchingProcessor processor = processor(config());
        List<IngestDocumentWrapper> batch = new ArrayList<>();
        Set<Integer> invalid = new HashSet<>();
        int size = randomIntBetween(3, 40);
        for (int i = 0; i < size; i++) {
            boolean fails = i == size / 2 || rarely();
            if (fails) {
                invalid.add(100 + i);
            }
            Object title = fails ? Map.of("an", "object") : "product number " + i;
            batch.add(new IngestDocumentWrapper(100 + i, 7, document("title", title), null));
        }
        List<IngestDocumentWrapper> results = run(processor, batch);
        assertEquals(size, results.size());
        Set<Integer> slots = new HashSet<>();
        for (IngestDocumentWrapper result : results) {
            assertTrue("slot " + result.getSlot() + " twice", slots.add(result.getSlot()));
            assertEquals(7, result.getChildSlot());
            if (invalid.contains(result.getSlot())) {
                assertNull(result.getIngestDocument());
                assertThat(result.getException().getMessage(), containsString("field [title] must be a string"));
            } else {
                assertNull(result.getException());
                assertVector(result.getIngestDocument(), "product number " + (result.getSlot() - 100));
            }
        }
    }

    public void testBatchSize() throws Exception {
        Map<String, Object> config = config();
        config.put("batch_size", 3);
        List<IngestDocumentWrapper> batch = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            batch.add(new IngestDocumentWrapper(i, 0, document("title", "product " + i), null));
        }
        List<IngestDocumentWrapper> results = run(processor(config), batch);
        assertEquals(10, results.size());
        for (IngestDocumentWrapper result : results) {
            assertVector(result.getIngestDocument(), "product " + result.getSlot());
        }
    }

    /** Documents without text are ready at once, while the others are still encoded. */
    public void testResultsAreInTheOrderOfTheDocuments() throws Exception {
        Map<String, Object> config = config();
        config.put("batch_size", 1);
        List<IngestDocumentWrapper> batch = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Object title = i % 2 == 0 ? "product in order " + i : Map.of("an", "object");
            batch.add(new IngestDocumentWrapper(100 + i / 2, i % 2, document("title", title), null));
        }
        List<IngestDocumentWrapper> results = run(processor(config), batch);
        for (int i = 0; i < 20; i++) {
            assertEquals(100 + i / 2, results.get(i).getSlot());
            assertEquals(i % 2, results.get(i).getChildSlot());
            assertEquals(i % 2 == 1, results.get(i).getException() != null);
        }
    }

    public void testDocumentsWithoutTextGetNoVector() throws Exception {
        AbstractBatchingProcessor processor = processor(config());
        IngestDocument stale = document("title", " ");
        stale.setFieldValue("vector", List.of(1, 2, 3));
        IngestDocument other = document("other", "no title");
        IngestDocument text = document("title", "a title");
        Exception earlier = new IllegalStateException("failed before");
        List<IngestDocumentWrapper> results = run(
            processor,
            List.of(
                new IngestDocumentWrapper(0, 0, stale, null),
                new IngestDocumentWrapper(1, 0, other, null),
                new IngestDocumentWrapper(2, 0, text, null),
                new IngestDocumentWrapper(3, 0, document("title", "failed"), earlier)
            )
        );
        assertEquals(4, results.size());
        assertFalse(results.get(0).getIngestDocument().hasField("vector"));
        assertFalse(results.get(1).getIngestDocument().hasField("vector"));
        assertVector(results.get(2).getIngestDocument(), "a title");
        assertSame(earlier, results.get(3).getException());
        assertFalse(results.get(3).getIngestDocument().hasField("vector"));
    }

    public void testTargetThatCannotBeSetFailsItsDocumentOnly() throws Exception {
        Map<String, Object> config = config();
        config.put("target", "v.of");
        IngestDocument occupied = document("title", "a");
        occupied.setFieldValue("v", "a string");
        List<IngestDocumentWrapper> results = run(
            processor(config),
            List.of(new IngestDocumentWrapper(0, 0, occupied, null), new IngestDocumentWrapper(1, 0, document("title", "b"), null))
        );
        assertThat(results.get(0).getException().getMessage(), containsString("[v.of]"));
        assertNull(results.get(1).getException());
        assertEquals(384, results.get(1).getIngestDocument().getFieldValue("v.of", List.class).size());
    }

    public void testSingleDocument() throws Exception {
        AbstractBatchingProcessor processor = processor(config());
        assertVector(run(processor, document("title", "alone")), "alone");
        assertFalse(run(processor, document("other", "x")).hasField("vector"));
        CompletableFuture<IngestDocument> bad = start(processor, document("title", Map.of("an", "object")));
        Exception e = expectThrows(Exception.class, () -> get(bad));
        assertThat(e.getCause().getMessage(), containsString("field [title] must be a string"));
        expectThrows(UnsupportedOperationException.class, () -> processor.execute(document("title", "without a handler")));
    }

    public void testLongTextsInChunks() throws Exception {
        String text = "a tent for two people. ".repeat(60) + "a warm sleeping bag. ".repeat(120);
        Map<String, Object> config = config();
        config.put("pooling", "chunks");
        assertArrayEquals(chunked(text, 8), vector(run(processor(config), document("title", text)), "vector"), 2e-6f);
        config = config();
        config.put("pooling", "chunks");
        config.put("max_chunks", 2);
        assertArrayEquals(chunked(text, 2), vector(run(processor(config), document("title", text)), "vector"), 2e-6f);
        config = config();
        config.put("pooling", "truncate");
        assertVector(run(processor(config), document("title", text)), text);
    }

    private static float[] chunked(String text, int maxChunks) {
        return models.get(MODEL).encode(List.of(text), Purpose.ITEM, new Chunking(maxChunks))[0];
    }

    public void testTemplate() throws Exception {
        Map<String, Object> config = config();
        config.put("fields", new ArrayList<>(List.of("title", "brand")));
        config.put("template", "{{title}} by {{brand}}");
        AbstractBatchingProcessor processor = processor(config);
        IngestDocument document = document("title", "5\" <b>screen</b>");
        document.setFieldValue("brand", "A & B");
        assertVector(run(processor, document), "5\" <b>screen</b> by A & B");
        assertFalse(run(processor, document("unrelated", "x")).hasField("vector"));
    }

    public void testSeveralTargetsAndWeightedParts() throws Exception {
        Map<String, Object> config = new HashMap<>();
        List<Map<String, Object>> parts = new ArrayList<>();
        parts.add(new HashMap<>(Map.of("field", "title", "weight", 3)));
        parts.add(new HashMap<>(Map.of("field", "brand")));
        parts.add(new HashMap<>(Map.of("vector_field", "image", "weight", 0.5)));
        Map<String, Object> both = new HashMap<>(Map.of("target", "both", "combine", parts));
        Map<String, Object> plain = new HashMap<>(Map.of("target", "plain", "fields", new ArrayList<>(List.of("brand"))));
        config.put("targets", new ArrayList<>(List.of(both, plain)));
        AbstractBatchingProcessor processor = processor(config);

        List<Float> image = new ArrayList<>(Collections.nCopies(384, 0f));
        image.set(7, 2f);
        IngestDocument full = document("title", "a tent");
        full.setFieldValue("brand", "Acme");
        full.setFieldValue("image", image);
        IngestDocument imageOnly = document("image", image);
        IngestDocument invalidImage = document("image", List.of(1f, 2f));
        invalidImage.setFieldValue("title", "a tent");
        List<IngestDocumentWrapper> results = run(
            processor,
            List.of(
                new IngestDocumentWrapper(0, 0, full, null),
                new IngestDocumentWrapper(1, 0, invalidImage, null),
                new IngestDocumentWrapper(2, 0, imageOnly, null)
            )
        );
        float[][] texts = models.get(EncodeProcessor.DEFAULT_MODEL).encode(List.of("a tent", "Acme"));
        float[] sum = new float[384];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = 3 * texts[0][i] + texts[1][i] + (i == 7 ? 0.5f : 0);
        }
        assertArrayEquals(VectorUtil.l2normalize(sum), vector(results.get(0), "both"), 1e-6f);
        assertArrayEquals(texts[1], vector(results.get(0), "plain"), 1e-6f);
        assertThat(
            results.get(1).getException().getMessage(),
            containsString("field [image] must be an array of [384] numbers, not all 0: it has [2] values")
        );
        assertEquals(1f, vector(results.get(2), "both")[7], 1e-6f);
        assertFalse(results.get(2).getIngestDocument().hasField("plain"));
    }

    private static float[] vector(IngestDocumentWrapper result, String field) {
        return vector(result.getIngestDocument(), field);
    }

    private static float[] vector(IngestDocument document, String field) {
        List<?> values = document.getFieldValue(field, List.class);
        float[] vector = new float[values.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (Float) values.get(i);
        }
        return vector;
    }

    public void testFailureOfTheModelFailsEveryDocument() throws Exception {
        Map<String, Object> config = config();
        config.put("model", "broken");
        List<IngestDocumentWrapper> batch = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            batch.add(new IngestDocumentWrapper(i, 0, document(i == 2 ? "other" : "title", "x"), null));
        }
        List<IngestDocumentWrapper> results = run(processor(config), batch);
        assertEquals(5, results.size());
        for (int i = 0; i < 5; i++) {
            if (i == 2) {
                assertNotNull(results.get(i).getIngestDocument());
            } else {
                assertThat(results.get(i).getException().getMessage(), containsString("cannot load module"));
            }
        }
    }

    public void testTextThatCannotBeEncodedFailsItsDocumentOnly() throws Exception {
        Encoder failing = new Encoder(models, new FakeInference(), threadPool, breaker(1 << 20), Settings.EMPTY);
        Map<String, Processor.Factory> factories = Map.of(EncodeProcessor.TYPE, new EncodeProcessorFactory(() -> failing, scripts));
        AbstractBatchingProcessor processor = (AbstractBatchingProcessor) factories.get(EncodeProcessor.TYPE)
            .create(Map.of(), "tag", null, config());
        List<IngestDocumentWrapper> batch = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String title = i == 4 || i == 11 ? "poison " + i : "product " + i;
            batch.add(new IngestDocumentWrapper(i, 0, document(i == 7 ? "other" : "title", title), null));
        }
        for (IngestDocumentWrapper result : run(processor, batch)) {
            switch (result.getSlot()) {
                case 4, 11 -> assertEquals("on purpose", result.getException().getMessage());
                case 7 -> assertFalse(result.getIngestDocument().hasField("vector"));
                default -> assertArrayEquals(FakeInference.vector("product " + result.getSlot()), vector(result, "vector"), 0f);
            }
        }
    }

    public void testPipeline() throws Exception {
        Map<String, Object> definition = new HashMap<>();
        Map<String, Object> config = config();
        config.put("ignore_failure", true);
        definition.put("processors", new ArrayList<>(List.of(new HashMap<>(Map.of(EncodeProcessor.TYPE, config)))));
        Pipeline pipeline = Pipeline.create("p", definition, factories(), scripts);
        CompletableFuture<List<IngestDocumentWrapper>> done = new CompletableFuture<>();
        List<IngestDocumentWrapper> batch = List.of(
            new IngestDocumentWrapper(0, 0, document("title", "first"), null),
            new IngestDocumentWrapper(1, 0, document("title", Map.of("bad", 1)), null),
            new IngestDocumentWrapper(2, 0, document("title", "third"), null)
        );
        List<IngestDocumentWrapper> all = Collections.synchronizedList(new ArrayList<>());
        pipeline.batchExecute(batch, results -> {
            all.addAll(results);
            if (all.size() == 3) {
                done.complete(all);
            }
        });
        for (IngestDocumentWrapper result : get(done)) {
            switch (result.getSlot()) {
                case 0 -> assertVector(result.getIngestDocument(), "first");
                case 1 -> assertFalse(result.getIngestDocument().hasField("vector"));
                default -> assertVector(result.getIngestDocument(), "third");
            }
        }
    }

    public void testFullQueueRefusesDocumentsWithTooManyRequests() throws Exception {
        ThreadPool small = threadPool(1, 3);
        FakeInference device = new FakeInference();
        device.hold();
        try {
            Encoder busy = new Encoder(models, device, small, breaker(1 << 20), Settings.EMPTY);
            Map<String, Processor.Factory> factories = Map.of(EncodeProcessor.TYPE, new EncodeProcessorFactory(() -> busy, scripts));
            Map<String, Object> definition = new HashMap<>();
            definition.put("processors", new ArrayList<>(List.of(new HashMap<>(Map.of(EncodeProcessor.TYPE, config())))));
            Pipeline pipeline = Pipeline.create("p", definition, factories, scripts);
            List<CompletableFuture<List<IngestDocumentWrapper>>> bulks = new ArrayList<>();
            for (int bulk = 0; bulk < 3; bulk++) {
                CompletableFuture<List<IngestDocumentWrapper>> done = new CompletableFuture<>();
                bulks.add(done);
                List<IngestDocumentWrapper> batch = List.of(
                    new IngestDocumentWrapper(0, 0, document("title", bulk + " first"), null),
                    new IngestDocumentWrapper(1, 0, document("title", bulk + " second"), null)
                );
                pipeline.batchExecute(batch, done::complete);
                if (bulk == 0) {
                    assertBusy(() -> assertEquals(1, device.blocked()));
                }
            }
            for (IngestDocumentWrapper refused : get(bulks.get(2))) {
                assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(refused.getException()));
                assertThat(refused.getException().getMessage(), containsString("try again in about [1s]"));
            }
            device.release();
            for (int bulk = 0; bulk < 2; bulk++) {
                for (IngestDocumentWrapper taken : get(bulks.get(bulk))) {
                    assertNull(taken.getException());
                }
            }
        } finally {
            device.release();
            ThreadPool.terminate(small, 30, TimeUnit.SECONDS);
        }
    }

    public void testWrongDefinitions() {
        for (String target : List.of("_id", "_index", "_routing", ".", "a..b")) {
            assertRefused("target", target, "must name a field of its own");
        }
        assertRefused("model", "minilm", "unknown model [minilm]; available: [all-minilm-l6-v2, broken]");
        assertRefused("fields", null, "[fields] is required: name the fields of the text");
        assertRefused("fields", new ArrayList<>(), "[fields] must be a list of at least one name of a field, got [0]");
        assertRefused("fields", new ArrayList<>(List.of("a", 1)), "[fields[1]] must be the name of a field, got [1]");
        assertRefused("target", null, "[target] is required: name the field for the vector");
        assertRefused("target", "title", "must name a field of its own for the vector, not [title]");
        assertRefused("combine", new ArrayList<>(), "[combine] must be a list of at least one part, got [0]");
        assertRefused("combine", combine("field", "body"), "[combine] is instead of [fields] and [template], not beside them");
        assertRefused("combine", combine("field", "title", "vector_field", "v"), "[combine[0]] needs one of [field] and [vector_field]");
        assertRefused("combine", combine("field", "title", "weight", 0), "[combine[0].weight] must be a number above 0, got [0]");
        assertRefused("combine", combine("field", "title", "wieght", 1), "[combine[0]] unknown field [wieght] did you mean [weight]?");
        assertRefused(combining(), "combine", combine("vector_field", "vector", "weight", 1), "must name a field of its own");
        assertRefused("targets", combine("target", "a", "fields", List.of("b"), "x", 1), "[targets[0]] unknown field [x]; known: [combine, fields, target, template]");
        assertRefused("targets", combine("target", "a", "fields", List.of("b")), "[targets] is instead of [target], [fields], [template] and [combine], not beside them");
        assertRefused(new HashMap<>(), "targets", combine("target", "a", "combine", combine("field", "b", "weight", "1")), "[targets[0].combine[0].weight] must be a number above 0, got [1]");
        assertRefused("template", " ", "[template] must be a mustache template that is not empty, got [ ]");
        assertRefused("batch_size", 0, "batch size must be a positive integer");
        assertRefused("template", "{{#open}}", "open");
        assertRefused("pooling", "mean", "[pooling] is [mean]; wanted [truncate] or [chunks]");
        assertRefused("pooling", 7, "[pooling] must be a string, got [7]");
        assertRefused("max_chunks", 4, "[max_chunks] is [4], which needs [pooling] to be [chunks]; it is [truncate]");
        assertRefused("colour", "red", "unknown field [colour]; known: [");
    }

    public void testWrongNumberOfChunks() {
        for (Object wrong : List.of(0, 65, -1, "many", 2.5)) {
            Map<String, Object> config = config();
            config.put("pooling", "chunks");
            assertRefused(config, "max_chunks", wrong, "[max_chunks] must be a whole number from 1 to 64, got [" + wrong + "]");
        }
    }

    private static void assertRefused(String key, Object value, String reason) {
        assertRefused(config(), key, value, reason);
    }

    private static void assertRefused(Map<String, Object> config, String key, Object value, String reason) {
        if (value == null) {
            config.remove(key);
        } else {
            config.put(key, value);
        }
        Map<String, Object> definition = new HashMap<>();
        definition.put("processors", new ArrayList<>(List.of(new HashMap<>(Map.of(EncodeProcessor.TYPE, config)))));
        Exception e = expectThrows(Exception.class, () -> Pipeline.create("p", definition, factories(), scripts));
        assertThat(e.getMessage(), containsString(reason));
        assertEquals(e.getMessage(), RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    }

    private static List<Map<String, Object>> combine(Object... definition) {
        Map<String, Object> part = new HashMap<>();
        for (int i = 0; i < definition.length; i += 2) {
            part.put((String) definition[i], definition[i + 1]);
        }
        return new ArrayList<>(List.of(part));
    }

    /** A configuration without fields, to which {@code combine} can be added. */
    private static Map<String, Object> combining() {
        return new HashMap<>(Map.of("target", "vector"));
    }

    private static Map<String, Processor.Factory> factories() {
        return Map.of(EncodeProcessor.TYPE, new EncodeProcessorFactory(() -> encoder, scripts));
    }

    private static Map<String, Object> config() {
        Map<String, Object> config = new HashMap<>();
        config.put("fields", new ArrayList<>(List.of("title")));
        config.put("target", "vector");
        return config;
    }

    private static AbstractBatchingProcessor processor(Map<String, Object> config) throws Exception {
        Processor processor = factories().get(EncodeProcessor.TYPE).create(Map.of(), "tag", null, config);
        assertThat(processor, instanceOf(EncodeProcessor.class));
        assertTrue(config.toString(), config.isEmpty());
        return (AbstractBatchingProcessor) processor;
    }

    private static IngestDocument document(String field, Object value) {
        Map<String, Object> source = new HashMap<>();
        source.put(field, value);
        return new IngestDocument("index", "id", null, null, null, source);
    }

    private static List<IngestDocumentWrapper> run(AbstractBatchingProcessor processor, List<IngestDocumentWrapper> batch)
        throws Exception {
        CompletableFuture<List<IngestDocumentWrapper>> done = new CompletableFuture<>();
        processor.batchExecute(batch, results -> assertTrue("answered twice", done.complete(results)));
        return get(done);
    }

    private static IngestDocument run(AbstractBatchingProcessor processor, IngestDocument document) throws Exception {
        return get(start(processor, document));
    }

    private static CompletableFuture<IngestDocument> start(AbstractBatchingProcessor processor, IngestDocument document) {
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

    private static void assertVector(IngestDocument document, String text) {
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
