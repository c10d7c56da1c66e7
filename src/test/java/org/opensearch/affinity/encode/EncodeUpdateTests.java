package org.opensearch.affinity.encode;

import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.ingest.PutPipelineRequest;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.ingest.Processor;
import org.opensearch.plugins.IngestPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;
import org.opensearch.threadpool.ThreadPool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What updates do to vectors, on a node with a device that the test controls. */
public class EncodeUpdateTests extends OpenSearchSingleNodeTestCase {
    private static ThreadPool threadPool;
    private static ModelPacks models;
    private static Encoder encoder;

    /** Adds the processor, with the encoder of the test. */
    public static final class FakeEncodePlugin extends Plugin implements IngestPlugin {
        @Override
        public Map<String, Processor.Factory> getProcessors(Processor.Parameters parameters) {
            return Map.of(EncodeProcessor.TYPE, new EncodeProcessorFactory(() -> encoder, parameters.scriptService));
        }
    }

    @BeforeClass
    public static void openEncoder() throws Exception {
        Path packs = createTempDir();
        EncodeTestCase.brokenPack(packs, "fake");
        models = new ModelPacks(EncodeTestCase.runtime(), List.of(packs));
        threadPool = EncodeTestCase.threadPool(1, 1000);
        encoder = new Encoder(models, new FakeInference(), threadPool, EncodeTestCase.breaker(1 << 20), Settings.EMPTY);
    }

    @AfterClass
    public static void closeEncoder() {
        ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
        models.close();
        threadPool = null;
        models = null;
        encoder = null;
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(FakeEncodePlugin.class);
    }

    @Override
    protected boolean enableWarningsCheck() {
        return false;
    }

    private void items() {
        String pipeline = "{\"processors\": [{\"affinity_encode\": "
            + "{\"fields\": [\"title\", \"brand\"], \"target\": \"vector\", \"model\": \"fake\"}}]}";
        PutPipelineRequest put = new PutPipelineRequest("encode", new BytesArray(pipeline), MediaTypeRegistry.JSON);
        assertTrue(client().admin().cluster().putPipeline(put).actionGet().isAcknowledged());
        createIndex("items", Settings.builder().put("index.default_pipeline", "encode").build());
        client().prepareIndex("items").setId("1").setSource(Map.of("title", "tent", "brand", "Acme")).get();
        assertVector("tent. Acme");
    }

    private BulkItemResponse update(String body) throws Exception {
        BulkRequest bulk = new BulkRequest();
        bulk.add(new BytesArray("{\"update\": {\"_index\": \"items\", \"_id\": \"1\"}}\n" + body + "\n"), null, XContentType.JSON);
        return client().bulk(bulk).actionGet().getItems()[0];
    }

    private void assertUpdated(String body) throws Exception {
        BulkItemResponse item = update(body);
        assertFalse(item.getFailureMessage(), item.isFailed());
    }

    private void assertVector(String text) {
        Object stored = client().prepareGet("items", "1").get().getSource().get("vector");
        List<Float> expected = new ArrayList<>();
        for (float value : FakeInference.vector(text)) {
            expected.add(value);
        }
        assertEquals(text, expected.toString(), ((List<?>) stored).stream().map(value -> ((Number) value).floatValue()).toList().toString());
    }

    public void testUpdateOfOneDocumentEncodesTheMergedDocument() {
        items();
        client().prepareUpdate("items", "1").setDoc(Map.of("title", "stove")).get();
        assertVector("stove. Acme");
        client().prepareUpdate("items", "1").setDoc(Map.of("brand", "Glimmer")).setDocAsUpsert(true).get();
        assertVector("stove. Glimmer");
    }

    /** OpenSearch runs no pipeline of users on them. */
    public void testBulkUpdateWithoutUpsertKeepsTheOldVector() throws Exception {
        items();
        assertUpdated("{\"doc\": {\"title\": \"stove\"}}");
        assertVector("tent. Acme");
        assertUpdated("{\"doc\": {\"price\": 3}}");
        assertVector("tent. Acme");
    }

    /** The pipeline gets the document as it was sent, and cannot tell it from a new document without an id. */
    public void testBulkUpsertEncodesWhatWasSent() throws Exception {
        items();
        assertUpdated("{\"doc\": {\"title\": \"stove\", \"brand\": \"Acme\"}, \"doc_as_upsert\": true}");
        assertVector("stove. Acme");
        assertUpdated("{\"doc\": {\"price\": 3}, \"doc_as_upsert\": true}");
        assertVector("stove. Acme");
        assertUpdated("{\"doc\": {\"title\": \"lamp\"}, \"doc_as_upsert\": true}");
        assertEquals("Acme", client().prepareGet("items", "1").get().getSource().get("brand"));
        assertVector("lamp");
        client().prepareDelete("items", "1").get();
        assertUpdated("{\"doc\": {\"price\": 3}, \"upsert\": {\"title\": \"desk\", \"brand\": \"Oak\"}}");
        assertVector("desk. Oak");
    }
}
