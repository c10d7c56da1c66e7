package org.opensearch.affinity.encode;

import org.opensearch.ExceptionsHelper;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.ingest.AbstractBatchingProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Pipeline;
import org.opensearch.ingest.Processor;
import org.opensearch.threadpool.ThreadPool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.hamcrest.Matchers.containsString;

/** Documents, texts, models and queues that fail in the processor. */
public class EncodeProcessorFailureTests extends EncodeProcessorTestCase {
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
}
