package org.opensearch.affinity.encode;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.admin.cluster.node.stats.NodesStatsRequest;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.cluster.NodesAction;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.affinity.stats.StatsAction;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.indices.breaker.CircuitBreakerStats;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.monitor.jvm.JvmInfo;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;
import org.opensearch.threadpool.Scheduler.Cancellable;

import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import static org.hamcrest.Matchers.containsString;

/** The actions on a node without models: errors, serialisation and statistics. */
public class EncodeActionTests extends OpenSearchSingleNodeTestCase {
    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(AffinityPlugin.class);
    }

    private EncodeAction.Request parse(String body) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, body)) {
            return EncodeAction.Request.parse(parser, null);
        }
    }

    /** The limit of a breaker that is reset goes to OpenSearch's default of 100 % and not to the plugin's. */
    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private void assertRefused(String body, String reason) {
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> parse(body));
        assertThat(e.getMessage(), containsString(reason));
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    }

    public void testDefaults() throws Exception {
        EncodeAction.Request request = parse("{\"texts\": [\"a\", \"\"]}");
        assertEquals(EncodeProcessor.DEFAULT_MODEL, request.model());
        assertEquals(Purpose.ITEM, request.purpose());
        assertEquals(Chunking.TRUNCATE, request.chunking());
        assertEquals(List.of("a", ""), request.texts());
        assertEquals(Purpose.QUERY, parse("{\"purpose\": \"query\", \"texts\": [\"a\"], \"model\": \"m\"}").purpose());
    }

    public void testLongTexts() throws Exception {
        assertEquals(new Chunking(8), parse("{\"texts\": [\"a\"], \"pooling\": \"chunks\"}").chunking());
        assertEquals(new Chunking(3), parse("{\"max_chunks\": 3, \"texts\": [\"a\"], \"pooling\": \"chunks\"}").chunking());
        assertEquals(Chunking.TRUNCATE, parse("{\"texts\": [\"a\"], \"pooling\": \"truncate\"}").chunking());
        String texts = "{\"texts\": [\"a\"], ";
        assertRefused(texts + "\"pooling\": \"mean\"}", "[_encode] [pooling] is [mean]; wanted [truncate] or [chunks]");
        assertRefused(texts + "\"pooling\": 3}", "[pooling] is [3]; wanted a string");
        String chunks = texts + "\"pooling\": \"chunks\", ";
        assertRefused(chunks + "\"max_chunks\": 65}", "[_encode] [max_chunks] is [65]; wanted a whole number from 1 to [64]");
        assertRefused(chunks + "\"max_chunks\": 1.5}", "[max_chunks] is [1.5]; wanted a whole number from 1 to [64]");
        assertRefused(chunks + "\"max_chunks\": 12345678901}", "[max_chunks] is [12345678901]; wanted a whole number from 1 to [64]");
        assertRefused(chunks + "\"max_chunks\": \"3\"}", "[max_chunks] is [3]; wanted a number");
        assertRefused(texts + "\"max_chunks\": 3}", "[_encode] [max_chunks] is [3], which needs [pooling] to be [chunks]; it is [truncate]");
    }

    public void testWrongBodies() {
        assertRefused("[]", "the body must be an object with [max_chunks, model, pooling, purpose, texts]");
        assertRefused("{}", "[_encode] [texts] is missing; wanted a list of strings");
        assertRefused("{\"texts\": []}", "[texts] holds [0] texts; wanted 1 to [1000]");
        assertRefused("{\"texts\": \"a\"}", "[texts] is [a]; wanted a list of strings");
        assertRefused("{\"texts\": null}", "[texts] is [null]; wanted a list of strings");
        assertRefused("{\"texts\": {\"a\": 1}}", "[texts] is an object; wanted a list of strings");
        assertRefused("{\"texts\": [\"a\", 7]}", "[texts[1]] is [7]; wanted a string");
        assertRefused("{\"texts\": [[\"a\"]]}", "[texts[0]] is a list; wanted a string");
        assertRefused("{\"texts\": [\"a\", null]}", "[texts[1]] is [null]; wanted a string");
        assertRefused("{\"texts\": [\"a\"], \"text\": 1}", "unknown key [text]; known: [max_chunks, model, pooling, purpose, texts]");
        assertRefused("{\"texts\": [\"a\"], \"purpose\": \"search\"}", "unknown purpose [search]; one of [query, item]");
        assertRefused("{\"texts\": [\"a\"], \"model\": 3}", "[model] is [3]; wanted a string");
        String many = String.join(", ", Collections.nCopies(EncodeAction.MAX_TEXTS + 1, "\"a\""));
        assertRefused("{\"texts\": [" + many + "]}", "[texts] holds more than [1000] texts; send them in several requests");
    }

    public void testSerialisation() throws Exception {
        TimeValue timeout = randomBoolean() ? null : TimeValue.timeValueMillis(randomInt(1000));
        EncodeAction.Request request = new EncodeAction.Request("m", randomFrom(Purpose.values()), new Chunking(randomIntBetween(1, 64)), List.of("a", "b"), timeout);
        EncodeAction.Request copy = copyWriteable(request, writableRegistry(), EncodeAction.Request::new);
        assertEquals(request.texts(), copy.texts());
        assertEquals(request.purpose(), copy.purpose());
        assertEquals(request.chunking(), copy.chunking());
        assertEquals(request.getDescription(), copy.getDescription());
        assertFalse("no texts in descriptions", request.getDescription().contains("a, b"));
        EncodeAction.Response response = new EncodeAction.Response("m", 2, new float[][] { { 0.5f, 1 }, { 0, -1 } });
        EncodeAction.Response read = copyWriteable(response, writableRegistry(), EncodeAction.Response::new);
        String json = "{\"model\":\"m\",\"dimension\":2,\"vectors\":[[0.5,1.0],[0.0,-1.0]]}";
        assertEquals(json, Strings.toString(MediaTypeRegistry.JSON, response));
        assertEquals(json, Strings.toString(MediaTypeRegistry.JSON, read));
    }

    public void testCancelledTaskCancelsTheEncoding() {
        EncodeAction.Request request = new EncodeAction.Request("m", Purpose.ITEM, Chunking.TRUNCATE, List.of("a"), null);
        for (boolean before : new boolean[] { true, false }) {
            EncodeAction.EncodeTask task = request.createTask(1, "transport", EncodeAction.NAME, TaskId.EMPTY_TASK_ID, Map.of());
            boolean[] cancelled = { false };
            Cancellable encoding = new Cancellable() {
                @Override
                public boolean cancel() {
                    return cancelled[0] = true;
                }

                @Override
                public boolean isCancelled() {
                    return cancelled[0];
                }
            };
            if (before) {
                task.cancel("on purpose");
                task.runs(encoding);
            } else {
                task.runs(encoding);
                assertFalse(cancelled[0]);
                task.cancel("on purpose");
            }
            assertTrue(cancelled[0]);
        }
    }

    public void testUnknownModel() {
        EncodeAction.Request request = new EncodeAction.Request("shpo", Purpose.ITEM, Chunking.TRUNCATE, List.of("a"), null);
        Exception e = expectThrows(Exception.class, () -> client().execute(EncodeAction.INSTANCE, request).actionGet());
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
        assertThat(e.toString(), containsString("unknown model [shpo]; available: []"));
    }

    public void testStatsModelsAndBreakerAreShown() {
        NodesAction.Response<StatsAction.NodeStats> stats = client().execute(StatsAction.INSTANCE, new StatsAction.Request()).actionGet();
        assertFalse(stats.hasFailures());
        EncodeStats encode = stats.getNodes().getFirst().value().encode();
        assertEquals("cpu", encode.device());
        long heap = JvmInfo.jvmInfo().getMem().getHeapMax().getBytes();
        assertEquals(heap / 10.0, encode.breaker().limit(), 1);
        assertEquals(heap / 50.0, encode.cache().limit(), 1);
        String json = Strings.toString(MediaTypeRegistry.JSON, stats, true, true);
        assertThat(json, containsString("\"tokens_per_second\""));

        NodesAction.Response<ModelsAction.NodeModels> models = client().execute(ModelsAction.INSTANCE, new ModelsAction.Request()).actionGet();
        assertFalse(models.hasFailures());
        assertThat(Strings.toString(MediaTypeRegistry.JSON, models), containsString("\"models\":[]"));

        NodesStatsRequest request = new NodesStatsRequest().clear().addMetric(NodesStatsRequest.Metric.BREAKER.metricName());
        CircuitBreakerStats breaker = client().admin().cluster().nodesStats(request).actionGet().getNodes().getFirst().getBreaker()
            .getStats(Encoder.BREAKER);
        assertEquals(encode.breaker().limit(), breaker.getLimit());
        assertEquals(0, breaker.getEstimated());
    }

    public void testSettingsAreDynamic() {
        Settings small = Settings.builder()
            .put("affinity.encode.cache.size", "1mb")
            .put("affinity.encode.queue.size", "1mb")
            .put("breaker.affinity_encode.limit", "3mb")
            .build();
        client().admin().cluster().prepareUpdateSettings().setTransientSettings(small).get();
        try {
            EncodeStats encode = client().execute(StatsAction.INSTANCE, new StatsAction.Request()).actionGet().getNodes().getFirst().value().encode();
            assertEquals(1 << 20, encode.cache().limit());
            assertEquals(3 << 20, encode.breaker().limit());
        } finally {
            Settings defaults = Settings.builder().putNull("affinity.*").putNull("breaker.*").build();
            client().admin().cluster().prepareUpdateSettings().setTransientSettings(defaults).get();
        }
    }
}
