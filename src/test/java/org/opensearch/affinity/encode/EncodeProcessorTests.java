package org.opensearch.affinity.encode;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.hamcrest.Matchers.containsString;

public class EncodeProcessorTests extends EncodeProcessorTestCase {
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
}
