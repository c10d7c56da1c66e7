package org.opensearch.affinity.event;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest.OpType;
import org.opensearch.action.admin.indices.create.AutoCreateAction;
import org.opensearch.action.admin.indices.create.CreateIndexAction;
import org.opensearch.action.admin.indices.template.put.PutComposableIndexTemplateAction;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.affinity.event.RecordEventsAction.Outcome;
import org.opensearch.affinity.event.RecordEventsAction.Request;
import org.opensearch.affinity.event.RecordEventsAction.Response;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.Strings;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.script.ScriptService;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

/** Writes events into their index, on a single node. */
public class RecordEventsActionTests extends RecordEventsTestCase {
    private static final String CALLER = "caller";

    /** Records the caller and the thread of each action. */
    public static final class ActionRecorder extends Plugin implements ActionPlugin, ActionFilter {
        private static final Map<String, String> CALLERS = new ConcurrentHashMap<>();
        private static final Map<String, String> THREADS = new ConcurrentHashMap<>();
        private ThreadPool threadPool;

        @Override
        public Collection<Object> createComponents(
            Client client,
            ClusterService cluster,
            ThreadPool threadPool,
            ResourceWatcherService watcher,
            ScriptService scripts,
            NamedXContentRegistry xContent,
            Environment environment,
            NodeEnvironment nodeEnvironment,
            NamedWriteableRegistry writeables,
            IndexNameExpressionResolver resolver,
            Supplier<RepositoriesService> repositories
        ) {
            this.threadPool = threadPool;
            return List.of();
        }

        @Override
        public List<ActionFilter> getActionFilters() {
            return List.of(this);
        }

        @Override
        public int order() {
            return 0;
        }

        @Override
        public <Q extends ActionRequest, R extends ActionResponse> void apply(
            Task task,
            String action,
            Q request,
            ActionListener<R> listener,
            ActionFilterChain<Q, R> chain
        ) {
            CALLERS.put(action, String.valueOf(threadPool.getThreadContext().getHeader(CALLER)));
            THREADS.put(action, Thread.currentThread().getName());
            chain.proceed(task, action, request, listener);
        }
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
        plugins.add(ActionRecorder.class);
        return plugins;
    }

    /** A limit on pending bytes that is low enough for a test to exceed it. */
    @Override
    protected Settings nodeSettings() {
        return Settings.builder().put(super.nodeSettings()).put("indexing_pressure.memory.limit", "1mb").build();
    }

    public void testOutcomesAreInTheOrderOfEvents() {
        Response response = record(null, "no event", CLICK, "", "{\"action_name\": true}", click("\"event_id\": \"e-1\""), "{\"client_id\": \"ann\"}");
        assertEquals(List.of(400, 201, 400, 201, 400), statuses(response));
        assertTrue(response.hasErrors());
        List<Outcome> outcomes = response.outcomes();
        assertEquals("the event is not a JSON object", outcomes.get(0).error());
        assertEquals("[action_name] is [true]; wanted a string of at most [100] characters or a number", outcomes.get(2).error());
        assertEquals("e-1", outcomes.get(3).id());
        assertThat(outcomes.get(4).error(), containsString("[action_name] is required"));
        assertEquals(2, count("ubi_events"));
        Map<String, Object> source = client().prepareGet("ubi_events", outcomes.get(1).id()).get().getSourceAsMap();
        assertEquals(Map.of("action_name", "click", "client_id", "ann", "timestamp", "2026-01-15T10:00:00Z"), source);

        assertEquals(List.of(400, 400), statuses(record("other", "1", "2")));
        assertFalse("no index is created without a valid event", metadata().hasIndex("other"));
        assertEquals(List.of(), record("other", "").outcomes());
    }

    /** Events as UBI clients send them. */
    public void testNullsListsAndMilliseconds() {
        String nulls = """
            {"application": null, "action_name": "click", "query_id": null, "user_id": null, "client_id": "ann", "message_type": null,\
             "timestamp": 1768471200000, "event_attributes": null}""";
        String cart = """
            {"action_name": "add_to_cart", "client_id": ["ann"], "timestamp": null,\
             "event_attributes": {"object": [{"object_id": "a"}, {"object_id": 7}], "position": null}}""";
        Response response = record(null, nulls, cart, click("\"query_id\": \"q\""), click("\"user_id\": \"\", \"event_id\": \"e-1\""));
        assertEquals(List.of(201, 201, 201, 201), statuses(response));
        assertFalse(response.hasErrors());
        assertNull(response.outcomes().get(0).warning());
        assertNull(response.outcomes().get(1).warning());
        assertThat(response.outcomes().get(2).warning(), containsString("a tracker skips the event as [no_user]"));
        assertThat(response.outcomes().get(3).warning(), containsString("[no_user]"));
        assertEquals(1, count("ubi_events", QueryBuilders.termQuery("event_attributes.object.object_id", "7")));
        assertEquals(4, count("ubi_events", QueryBuilders.existsQuery("timestamp")));
        assertEquals(3, count("ubi_events", QueryBuilders.rangeQuery("timestamp").gte("2026-01-15T10:00:00Z").lte("2026-01-15T10:00:00Z")));
    }

    public void testAnEventThatIsSentTwiceIsWrittenOnce() {
        String event = click("\"event_id\": \"e-1\"");
        assertEquals(List.of(201, 200), statuses(record(null, event, event)));
        Response again = record(null, event, CLICK, CLICK);
        assertEquals(List.of(200, 201, 201), statuses(again));
        assertEquals("e-1", again.outcomes().getFirst().id());
        assertFalse(again.hasErrors());
        assertEquals(3, count("ubi_events"));
    }

    /** Writing and creating indices happens in the caller's thread context, so with the caller's permissions. */
    public void testRunsWithTheCallersPermissions() {
        ActionRecorder.CALLERS.clear();
        Request request = new Request("taps", EventFormat.JSON, new BytesArray(CLICK));
        client().filterWithHeader(Map.of(CALLER, "ann")).execute(RecordEventsAction.INSTANCE, request).actionGet();
        set(Settings.builder().put("affinity.events.data_stream", true).build());
        Request stream = new Request("stream", EventFormat.JSON, new BytesArray(CLICK));
        client().filterWithHeader(Map.of(CALLER, "ann")).execute(RecordEventsAction.INSTANCE, stream).actionGet();
        String[] actions = { RecordEventsAction.NAME, CreateIndexAction.NAME, PutComposableIndexTemplateAction.NAME, AutoCreateAction.NAME, BulkAction.NAME };
        for (String action : actions) {
            assertEquals(action, "ann", ActionRecorder.CALLERS.get(action));
        }
    }

    public void testLargeBodiesAreParsedOnTheWritePool() {
        record(null, CLICK);
        record(null, CLICK, CLICK);
        assertFalse(ActionRecorder.THREADS.get(BulkAction.NAME), ActionRecorder.THREADS.get(BulkAction.NAME).contains("[write]"));
        String[] many = new String[1_000];
        Arrays.fill(many, CLICK);
        assertFalse(record(null, many).hasErrors());
        assertTrue(ActionRecorder.THREADS.get(BulkAction.NAME), ActionRecorder.THREADS.get(BulkAction.NAME).contains("[write]"));
        assertEquals(1_003, count("ubi_events"));
    }

    /** Exceeds OpenSearch's limit on pending bytes to index. */
    public void testIndexingPressure() {
        String[] many = new String[2_000];
        Arrays.fill(many, click("\"message\": \"" + "m".repeat(1_000) + "\""));
        Exception e = expectThrows(Exception.class, () -> record(null, many));
        assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(e));
        assertThat(ExceptionsHelper.unwrapCause(e), instanceOf(OpenSearchRejectedExecutionException.class));
        assertEquals(0, count("ubi_events"));
    }

    public void testBusyShardFailsEachEvent() {
        BulkItemResponse.Failure failure = new BulkItemResponse.Failure("ubi_events", "e-1", new OpenSearchRejectedExecutionException("busy"));
        Outcome outcome = Outcome.of(new BulkItemResponse(0, OpType.CREATE, failure), "no user");
        assertEquals(RestStatus.TOO_MANY_REQUESTS, outcome.status());
        assertThat(outcome.error(), containsString("busy"));
        assertNull(outcome.id());
    }

    public void testUnreadableBodyWritesNothing() {
        Request request = new Request(null, EventFormat.JSON, new BytesArray("[" + CLICK + ", {\"action_name\":"));
        Exception e = expectThrows(Exception.class, () -> client().execute(RecordEventsAction.INSTANCE, request).actionGet());
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
        assertThat(e.getMessage(), containsString("[events] the body is not valid JSON"));
        assertFalse(metadata().hasIndex("ubi_events"));
    }

    public void testSerialisation() throws Exception {
        Request request = new Request(randomBoolean() ? null : "taps", randomFrom(EventFormat.values()), new BytesArray(CLICK));
        Request copy = copyWriteable(request, writableRegistry(), Request::new);
        assertEquals(request.getDescription(), copy.getDescription());
        assertFalse("the description must not contain events", request.getDescription().contains("ann"));
        assertEquals(statuses(client().execute(RecordEventsAction.INSTANCE, copy).actionGet()), List.of(201));

        List<Outcome> outcomes = List.of(
            new Outcome(RestStatus.CREATED, "a", null, "no user"),
            new Outcome(RestStatus.OK, "b", null, null),
            Outcome.invalid("[action_name] is required")
        );
        Response response = copyWriteable(new Response(3, outcomes), writableRegistry(), Response::new);
        String json = """
            {"took":3,"errors":true,"events":[{"status":201,"id":"a","warning":"no user"},{"status":200,"id":"b","result":"duplicate"},\
            {"status":400,"error":"[action_name] is required"}]}""";
        assertEquals(json, Strings.toString(MediaTypeRegistry.JSON, response));
    }
}
