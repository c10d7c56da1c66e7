package org.opensearch.affinity.event;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.DocWriteRequest.OpType;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.create.AutoCreateAction;
import org.opensearch.action.admin.indices.create.CreateIndexAction;
import org.opensearch.action.admin.indices.datastream.DeleteDataStreamAction;
import org.opensearch.action.admin.indices.rollover.RolloverRequest;
import org.opensearch.action.admin.indices.template.put.PutComposableIndexTemplateAction;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.affinity.event.RecordEventsAction.Outcome;
import org.opensearch.affinity.event.RecordEventsAction.Request;
import org.opensearch.affinity.event.RecordEventsAction.Response;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.cluster.metadata.DataStream;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.action.ActionFuture;
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
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.indices.IndicesService;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.script.ScriptService;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

/** Writes events into their index, on a single node. */
public class RecordEventsActionTests extends AffinityNodeTestCase {
    private static final String CALLER = "caller";
    private static final String CLICK = "{\"action_name\": \"click\", \"client_id\": \"ann\", \"timestamp\": \"2026-01-15T10:00:00Z\"}";

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

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    @Override
    public void tearDown() throws Exception {
        set(Settings.builder().putNull("affinity.*").putNull("action.*").build());
        deleteDataStreams("*");
        super.tearDown();
    }

    private void deleteDataStreams(String streams) {
        client().execute(DeleteDataStreamAction.INSTANCE, new DeleteDataStreamAction.Request(new String[] { streams })).actionGet();
    }

    private Response record(String index, String... lines) {
        Request request = new Request(index, EventFormat.NDJSON, new BytesArray(String.join("\n", lines)));
        return client().execute(RecordEventsAction.INSTANCE, request).actionGet();
    }

    private static List<Integer> statuses(Response response) {
        return response.outcomes().stream().map(outcome -> outcome.status().getStatus()).toList();
    }

    private static String click(String more) {
        return "{\"action_name\": \"click\", \"timestamp\": \"2026-01-15T10:00:00Z\", " + more + "}";
    }

    private long count(String index, QueryBuilder query) {
        client().admin().indices().prepareRefresh(index).get();
        return client().prepareSearch(index).setQuery(query).setSize(0).get().getHits().getTotalHits().value();
    }

    private long count(String index) {
        return count(index, QueryBuilders.matchAllQuery());
    }

    private void set(Settings settings) {
        client().admin().cluster().prepareUpdateSettings().setTransientSettings(settings).get();
    }

    private Metadata metadata() {
        return getInstanceFromNode(ClusterService.class).state().metadata();
    }

    private MapperService mapper(String index) {
        return getInstanceFromNode(IndicesService.class).indexService(metadata().index(index).getIndex()).mapperService();
    }

    public void testOutcomesAreInTheOrderOfEvents() {
        Response response = record(null, "no event", CLICK, "", "{\"action_name\": 7}", click("\"event_id\": \"e-1\""), "{\"client_id\": \"ann\"}");
        assertEquals(List.of(400, 201, 400, 201, 400), statuses(response));
        assertTrue(response.hasErrors());
        List<Outcome> outcomes = response.outcomes();
        assertEquals("the event is not a JSON object", outcomes.get(0).error());
        assertEquals("[action_name] is [7]; wanted a string of 1 to [100] characters", outcomes.get(2).error());
        assertEquals("e-1", outcomes.get(3).id());
        assertThat(outcomes.get(4).error(), containsString("[action_name] is required"));
        assertEquals(2, count("ubi_events"));
        Map<String, Object> source = client().prepareGet("ubi_events", outcomes.get(1).id()).get().getSourceAsMap();
        assertEquals(Map.of("action_name", "click", "client_id", "ann", "timestamp", "2026-01-15T10:00:00Z"), source);

        assertEquals(List.of(400, 400), statuses(record("other", "1", "2")));
        assertFalse("no index is created without a valid event", metadata().hasIndex("other"));
        assertEquals(List.of(), record("other", "").outcomes());
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

    public void testTimeOfArrival() {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis() - 1_000);
        String id = record(null, "{\"action_name\": \"click\"}").outcomes().getFirst().id();
        Object time = client().prepareGet("ubi_events", id).get().getSourceAsMap().get("timestamp");
        assertTrue(time.toString(), Instant.parse(time.toString()).isAfter(before));
        assertEquals(1, count("ubi_events", QueryBuilders.rangeQuery("timestamp").gte(before.toString())));
    }

    public void testMapping() {
        String event = click("""
            "user_query": "red tent", "page": "home", "message": "some words", "event_attributes": {\
            "object": {"object_id": 42, "colour": "red"}, "position": {"ordinal": 3, "xy": {"x": 1, "y": 2.5}}, "day": "2026-01-01"}""");
        assertEquals(List.of(201), statuses(record(null, event)));
        MapperService mapper = mapper("ubi_events");
        Map<String, String> types = Map.ofEntries(
            Map.entry("application", "keyword"),
            Map.entry("action_name", "keyword"),
            Map.entry("client_id", "keyword"),
            Map.entry("user_id", "keyword"),
            Map.entry("session_id", "keyword"),
            Map.entry("query_id", "keyword"),
            Map.entry("message_type", "keyword"),
            Map.entry("message", "text"),
            Map.entry("user_query", "text"),
            Map.entry("timestamp", "date"),
            Map.entry("event_attributes.object.object_id", "keyword"),
            Map.entry("event_attributes.object.object_id_field", "keyword"),
            Map.entry("event_attributes.object.colour", "keyword"),
            Map.entry("event_attributes.position.ordinal", "integer"),
            Map.entry("event_attributes.position.xy.x", "float"),
            Map.entry("event_attributes.day", "keyword")
        );
        types.forEach((field, type) -> assertEquals(field, type, mapper.fieldType(field).typeName()));
        assertNull("other properties are not indexed", mapper.fieldType("page"));
        assertEquals(1, count("ubi_events", QueryBuilders.termQuery("event_attributes.object.object_id", "42")));

        String other = click("\"event_attributes\": {\"position\": {\"ordinal\": 12345678901}, \"day\": 7}");
        assertEquals("an event with an attribute of another type is written", List.of(201), statuses(record(null, other)));
    }

    public void testNumberOfAttributesIsLimited() {
        StringBuilder many = new StringBuilder("\"first\": 1");
        for (int i = 0; i < 500; i++) {
            many.append(", \"a").append(i).append("\": 1");
        }
        Response response = record(null, click("\"event_attributes\": {" + many + "}"), CLICK);
        assertEquals(List.of(400, 201), statuses(response));
        assertThat(response.outcomes().getFirst().error(), containsString("Limit of total fields [500] has been exceeded"));
    }

    public void testIndexOfTheSettingAndOfTheRequest() {
        set(Settings.builder().put("affinity.events.index", "clicks").build());
        record(null, CLICK);
        record("taps", CLICK, CLICK);
        assertEquals(1, count("clicks"));
        assertEquals(2, count("taps"));
        assertFalse(metadata().hasIndex("ubi_events"));
        IllegalArgumentException e = expectThrows(
            IllegalArgumentException.class,
            () -> set(Settings.builder().put("affinity.events.index", "cli*cks").build())
        );
        assertThat(e.getMessage(), containsString("[affinity.events.index] is [cli*cks], which must not contain"));
    }

    public void testExistingIndexIsNotChanged() {
        client().admin().indices().prepareCreate("mine").setMapping("user_id", "type=text").addAlias(new Alias("events")).get();
        record("events", CLICK);
        record("mine", CLICK);
        assertEquals(2, count("mine"));
        assertEquals("text", mapper("mine").fieldType("user_id").typeName());
        assertEquals(Settings.EMPTY, metadata().index("mine").getSettings().filter(name -> name.startsWith("index.mapping.")));
    }

    public void testIndexThatMayNotBeCreated() {
        set(Settings.builder().put("action.auto_create_index", "false").build());
        Response response = record(null, CLICK);
        assertEquals(List.of(404), statuses(response));
        assertThat(response.outcomes().getFirst().error(), containsString("no such index [ubi_events]"));
        assertFalse(metadata().hasIndex("ubi_events"));
    }

    /** Concurrent requests to an index that does not exist yet. */
    public void testConcurrentFirstRequests() throws Exception {
        List<ActionFuture<Response>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Request request = new Request(null, EventFormat.JSON, new BytesArray("[" + CLICK + "]"));
            answers.add(client().execute(RecordEventsAction.INSTANCE, request));
        }
        for (ActionFuture<Response> answer : answers) {
            assertEquals(List.of(201), statuses(answer.actionGet()));
        }
        assertEquals(10, count("ubi_events"));
        assertEquals("keyword", mapper("ubi_events").fieldType("user_id").typeName());
    }

    public void testDataStream() {
        set(Settings.builder().put("affinity.events.data_stream", true).build());
        assertEquals(List.of(201, 201), statuses(record(null, click("\"event_id\": \"e-1\""), "{\"action_name\": \"view\"}")));
        DataStream stream = metadata().dataStreams().get("ubi_events");
        assertEquals("timestamp", stream.getTimeStampField().getName());
        assertEquals("keyword", mapper(".ds-ubi_events-000001").fieldType("event_attributes.object.object_id").typeName());
        assertEquals(List.of(200), statuses(record(null, click("\"event_id\": \"e-1\""))));

        client().admin().indices().rolloverIndex(new RolloverRequest("ubi_events", null)).actionGet();
        assertEquals(List.of(201), statuses(record(null, CLICK)));
        assertEquals("500", metadata().index(".ds-ubi_events-000002").getSettings().get("index.mapping.total_fields.limit"));
        assertEquals(3, count("ubi_events"));
        SearchResponse newest = client().prepareSearch(".ds-ubi_events-000002").get();
        assertEquals(1, newest.getHits().getTotalHits().value());
        client().admin().indices().prepareDelete(".ds-ubi_events-000001").get();
        assertEquals("events of the deleted backing index are gone", 1, count("ubi_events"));
    }

    /** A name that matches the template of a data stream becomes one, whatever the setting is. */
    public void testDataStreamOfAnExistingTemplate() {
        set(Settings.builder().put("affinity.events.data_stream", true).build());
        record("one", CLICK);
        set(Settings.builder().put("affinity.events.data_stream", false).build());
        deleteDataStreams("one");
        assertEquals(List.of(201), statuses(record("one", CLICK)));
        assertEquals(Set.of("one"), metadata().dataStreams().keySet());
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
        Outcome outcome = Outcome.of(new BulkItemResponse(0, OpType.CREATE, failure));
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
            new Outcome(RestStatus.CREATED, "a", null),
            new Outcome(RestStatus.OK, "b", null),
            Outcome.invalid("[action_name] is required")
        );
        Response response = copyWriteable(new Response(3, outcomes), writableRegistry(), Response::new);
        String json = """
            {"took":3,"errors":true,"events":[{"status":201,"id":"a"},{"status":200,"id":"b","result":"duplicate"},\
            {"status":400,"error":"[action_name] is required"}]}""";
        assertEquals(json, Strings.toString(MediaTypeRegistry.JSON, response));
    }
}
