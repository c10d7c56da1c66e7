package org.opensearch.affinity.evaluate;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.admin.cluster.node.tasks.cancel.CancelTasksRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStats;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.Task;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Four lamps, which the plain search ranks by the field base, and the user ann, who has clicked the stove. */
public class EvaluateActionTests extends AffinityNodeTestCase {
    private static final Instant BOUGHT = Instant.parse("2026-01-10T00:00:00Z");
    private static final Instant ASKED = Instant.parse("2026-01-11T00:00:00Z");
    private static final String SEARCH = """
        "search": {"size": 1, "aggs": {"kinds": {"terms": {"field": "base"}}}, "query": {"function_score": {
          "query": {"match": {"title": "{{user_query}}"}}, "field_value_factor": {"field": "base"}, "boost_mode": "replace"}}}""";

    private int events;

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    @Override
    protected boolean enableWarningsCheck() {
        return false;
    }

    @Override
    public void setUp() throws Exception {
        super.setUp();
        client().admin().indices().prepareCreate("products").setMapping("title", "type=text", "base", "type=double", "vector", "type=affinity_vector,dimension=2").get();
        item("desk", 4, 0, 1);
        item("chair", 3, 0.1f, 0.9f);
        item("stove", 2, 0.9f, 0.1f);
        item("tent", 1, 1, 0);
        client().admin().indices().prepareRefresh("products").get();
        String definition = """
            {"items": {"index": "products", "vector_field": "vector", "text_fields": ["title"]}, "events": {"index": "ubi_events"},
             "actions": {"click": 1}, "signals": {"popularity": {"weight": 0}}, "ranking": {"weight": 20}}""";
        put("shop", definition);
        click("ann", "stove", BOUGHT);
    }

    private void put(String tracker, String definition) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse(tracker, parser))).actionGet();
        }
    }

    @Override
    public void tearDown() throws Exception {
        client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("shop")).actionGet();
        super.tearDown();
    }

    private void item(String id, double base, float... vector) {
        client().prepareIndex("products").setId(id).setSource(Map.of("title", "lamp", "base", base, "vector", vector)).get();
    }

    private void click(String user, String item, Instant time) throws Exception {
        Map<String, Object> object = Map.of("object", Map.of("object_id", item));
        client().prepareIndex("ubi_events").setSource(Map.of("client_id", user, "action_name", "click", "timestamp", time.toString(), "event_attributes", object)).get();
        String applied = "\"applied\":" + ++events + ",";
        assertBusy(() -> {
            TrackerStats stats = client().execute(TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request("shop")).actionGet();
            assertTrue(Strings.toString(MediaTypeRegistry.JSON, stats).contains(applied));
        });
    }

    private static String query(String id, String user, Instant time, String relevant) {
        return """
            {"query_id": "%s", "user_id": "%s", "user_query": "lamp", "timestamp": "%s", "relevant": ["%s"]}""".formatted(id, user, time, relevant);
    }

    private static String body(String more, String... queries) {
        return "{\"queries\": [" + String.join(",", queries) + "], " + SEARCH + more + "}";
    }

    private EvaluateRequest request(String tracker, String body, boolean storesResult) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, body)) {
            return EvaluateRequest.parse(tracker, parser, storesResult);
        }
    }

    private Map<String, Object> evaluate(String body) throws IOException {
        EvaluateResponse answer = client().execute(EvaluateAction.INSTANCE, request("shop", body, false)).actionGet();
        EvaluateResponse copy = copyWriteable(answer, writableRegistry(), EvaluateResponse::new);
        String json = Strings.toString(MediaTypeRegistry.JSON, copy);
        assertEquals(Strings.toString(MediaTypeRegistry.JSON, answer), json);
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, json, true);
    }

    /** A number of an answer, such as {@code rankings/plain/mrr/value}. */
    private static double number(Map<String, Object> answer, String path) {
        Object found = answer;
        for (String name : path.split("/")) {
            assertTrue(path + " in " + answer, found instanceof Map<?, ?> map && map.containsKey(name));
            found = ((Map<?, ?>) found).get(name);
        }
        return ((Number) found).doubleValue();
    }

    private void assertRefused(RestStatus status, String message, ThrowingRunnable call) {
        Exception e = expectThrows(Exception.class, call);
        assertEquals(e.toString(), status, ExceptionsHelper.status(e));
        String said = ExceptionsHelper.detailedMessage(e);
        assertTrue("expected [" + message + "] in: " + said, said.contains(message));
    }

    public void testFiguresOfTwoUsers() throws IOException {
        Map<String, Object> answer = evaluate(body(", \"k\": [2]", query("1", "ann", ASKED, "tent"), query("2", "bob", ASKED, "desk")));
        assertEquals(2, number(answer, "queries"), 0);
        assertEquals(2, number(answer, "evaluated"), 0);
        assertEquals(4, number(answer, "items"), 0);
        // The tent is fourth in the plain search and first for ann; the desk is first for bob.
        assertEquals((0.25 + 1) / 2, number(answer, "rankings/plain/mrr/value"), 1e-12);
        assertEquals((0.25 + 1) / 2, number(answer, "rankings/popularity/mrr/value"), 1e-12);
        assertEquals(1, number(answer, "rankings/personalised/mrr/value"), 1e-12);
        assertEquals(0.375, number(answer, "differences/personalised_minus_plain/mrr/value"), 1e-12);
        assertEquals(0, number(answer, "differences/popularity_minus_plain/mrr/high"), 1e-12);
        assertEquals(1.6, number(answer, "ratios/personalised_over_plain/mrr/value"), 1e-12);
        assertEquals(0.25, number(answer, "groups/1-2/rankings/plain/mrr/value"), 1e-12);
        assertEquals(1, number(answer, "groups/1-2/rankings/personalised/hr@2/low"), 1e-12);
        assertEquals(1, number(answer, "groups/0/queries"), 0);
        assertEquals(1, number(answer, "groups/0/rankings/plain/ndcg@2/value"), 1e-12);
        // The plain search shows desk and chair; the personalised search of ann shows the other two.
        assertEquals(0.5, number(answer, "rankings/plain/coverage@2/value"), 0);
        assertEquals(1, number(answer, "rankings/personalised/coverage@2/value"), 0);
        assertEquals(1 - 0.9 / Math.sqrt(0.82), number(answer, "groups/0/rankings/plain/diversity@2/value"), 1e-5);
        // The stove has 2 of 1 + 4 parts, each other item has 1: log2(5) bits for an item without clicks.
        assertEquals(Math.log(5) / Math.log(2), number(answer, "groups/0/rankings/plain/novelty@2/value"), 1e-9);
        assertEquals((2 * Math.log(5) - Math.log(2)) / Math.log(2) / 2, number(answer, "groups/1-2/rankings/personalised/novelty@2/value"), 1e-9);
    }

    public void testRankingOfTheRequest() throws IOException {
        Map<String, Object> answer = evaluate(body(", \"ranking\": {\"weight\": 0}", query("1", "ann", ASKED, "tent")));
        assertEquals(0.25, number(answer, "rankings/personalised/mrr/value"), 1e-12);
        assertRefused(
            RestStatus.BAD_REQUEST,
            "[affinity] [weight] must be a number from 0 to 20, got [21]",
            () -> evaluate(body(", \"ranking\": {\"weight\": 21}", query("1", "ann", ASKED, "tent")))
        );
        assertRefused(
            RestStatus.BAD_REQUEST,
            "[ranking.user] must not be set",
            () -> evaluate(body(", \"ranking\": {\"user\": \"bob\"}", query("1", "ann", ASKED, "tent")))
        );
    }

    public void testALeakIsRefused() throws Exception {
        String[] queries = { query("before", "bob", ASKED, "desk"), query("leaks", "ann", ASKED, "tent") };
        assertEquals(2, number(evaluate(body("", queries)), "evaluated"), 0);
        // A click on the relevant item at the time of the query.
        click("ann", "tent", ASKED);
        assertRefused(
            RestStatus.BAD_REQUEST,
            "[affinity] query [leaks] of user [ann] is from [2026-01-11T00:00:00Z], but the user's profile already has an event of [2026",
            () -> evaluate(body("", queries))
        );
        Map<String, Object> answer = evaluate(body(", \"leaks\": \"skip\"", queries));
        assertEquals(1, number(answer, "leaks"), 0);
        assertEquals(1, number(answer, "evaluated"), 0);
        assertEquals(1, number(answer, "rankings/plain/mrr/value"), 0);
        // A query after the event has no leak.
        assertEquals(1, number(evaluate(body("", query("after", "ann", ASKED.plusMillis(1), "tent"))), "evaluated"), 0);
    }

    public void testQueriesOfAnIndex() throws IOException {
        List<String> queries = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            queries.add(query("q" + i, randomFrom("ann", "bob"), ASKED, randomFrom("tent", "desk", "chair")));
            client().prepareIndex("judged").setId("q" + i).setSource(queries.get(i), MediaTypeRegistry.JSON).get();
        }
        client().admin().indices().prepareRefresh("judged").get();
        Map<String, Object> ofIndex = evaluate("{\"index\": \"judged\", " + SEARCH + "}");
        Map<String, Object> inline = evaluate(body("", queries.toArray(String[]::new)));
        for (String figure : List.of("mrr", "ndcg@10", "map@10", "novelty@10", "coverage@10")) {
            String path = "rankings/personalised/" + figure + "/value";
            assertEquals(figure, number(inline, path), number(ofIndex, path), 1e-12);
        }
        assertEquals(5, number(ofIndex, "queries"), 0);
        client().prepareIndex("judged").setId("bad").setSource("{\"user_id\": \"ann\"}", MediaTypeRegistry.JSON).get();
        client().admin().indices().prepareRefresh("judged").get();
        assertRefused(RestStatus.BAD_REQUEST, "[affinity] [judged[bad].timestamp] is required: say when the query was asked", () -> evaluate("{\"index\": \"judged\"}"));
        client().admin().indices().prepareCreate("empty").get();
        assertRefused(RestStatus.BAD_REQUEST, "[index] must hold 1 to 50000 judged queries, [empty] holds [0]", () -> evaluate("{\"index\": \"empty\"}"));
        assertRefused(RestStatus.NOT_FOUND, "no such index [nowhere]", () -> evaluate("{\"index\": \"nowhere\"}"));
    }

    /** Events and judged queries identify items by the tracker's id field. */
    public void testIdField() throws IOException {
        client().admin().indices().prepareCreate("books").setMapping("title", "type=text", "isbn", "type=keyword", "vector", "type=affinity_vector,dimension=2").get();
        client().prepareIndex("books").setId("1").setSource(Map.of("title", "lamp", "isbn", "b-1", "vector", new float[] { 1, 0 })).get();
        client().prepareIndex("books").setId("2").setSource(Map.of("title", "shelf", "isbn", "b-2", "vector", new float[] { 0, 1 })).get();
        client().admin().indices().prepareRefresh("books").get();
        put("books", """
            {"items": {"index": "books", "vector_field": "vector", "id_field": "isbn", "text_fields": ["title"]}, "events": {"index": "none-yet"},
             "actions": {"click": 1}, "context": {"hour": {"time": "hour"}}}""");
        EvaluateRequest request = request("books", "{\"queries\": [" + query("1", "ann", ASKED, "b-1") + "]}", false);
        String answer = Strings.toString(MediaTypeRegistry.JSON, client().execute(EvaluateAction.INSTANCE, request).actionGet());
        assertTrue(answer, answer.contains("\"mrr\":{\"value\":1.0,"));
        client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("books")).actionGet();
    }

    /** Searches that leave out the profile with a warning must not be compared. */
    public void testUnavailableProfilesFailTheEvaluation() {
        client().admin().indices().prepareClose(".affinity-interests-shop").get();
        assertRefused(
            RestStatus.SERVICE_UNAVAILABLE,
            "[affinity] the [popularity] search of query [1] was incomplete in [5] attempts",
            () -> evaluate(body("", query("1", "ann", ASKED, "tent")))
        );
    }

    /** The text of a query must not change the structure of the search. */
    public void testQueryTextIsEscaped() throws IOException {
        String injection = "lamp\\\"}}}, \\\"query\\\": {\\\"match_none\\\": {}} {{user_id}} \\\\ $9";
        Map<String, Object> answer = evaluate(body("", query("1", "bob", ASKED, "desk").replace("lamp", injection)));
        assertEquals(1, number(answer, "rankings/plain/mrr/value"), 0);
    }

    /** The signals that need what was typed get the text of the judged query, also where the search does not have it. */
    public void testSignalsKnowTheTextOfTheQuery() throws IOException {
        client().prepareIndex("products").setId("rug").setSource(Map.of("title", "woven rug", "base", 0.5)).setRefreshPolicy("true").get();
        String search = "\"search\": {\"query\": {\"function_score\": {\"field_value_factor\": {\"field\": \"base\"}}}}";
        String rug = query("1", "bob", ASKED, "rug").replace("\"lamp\"", "\"a woven rug\"");
        String ranking = ", \"ranking\": {\"signals\": {\"match_title\": 20}%s}";
        Map<String, Object> known = evaluate("{\"queries\": [" + rug + "], " + search + ranking.formatted("") + "}");
        assertEquals(1, number(known, "rankings/personalised/mrr/value"), 0);
        Map<String, Object> other = evaluate("{\"queries\": [" + rug + "], " + search + ranking.formatted(", \"query_text\": \"a lamp\"") + "}");
        assertEquals("explicit wins", 0.2, number(other, "rankings/personalised/mrr/value"), 0);
    }

    public void testTextFieldsAreSearchedByDefault() throws IOException {
        Map<String, Object> answer = evaluate("{\"queries\": [" + query("1", "ann", ASKED, "tent") + "]}");
        assertEquals(1, number(answer, "rankings/personalised/mrr/value"), 0);
    }

    public void testInvalidRequestsAreRefused() throws IOException {
        String right = query("1", "ann", ASKED, "tent");
        assertRefused(RestStatus.BAD_REQUEST, "unknown placeholder [{{text}}]; known: [user_query, user_id, timestamp]", () -> evaluate(body("", right).replace("{{user_query}}", "{{text}}")));
        assertRefused(RestStatus.BAD_REQUEST, "query [1] has no [user_query], and the search has a placeholder for it", () -> evaluate(body("", right.replace("\"user_query\": \"lamp\",", ""))));
        String rescored = body("", right).replace("\"search\": {", "\"search\": {\"rescore\": {\"affinity\": {\"tracker\": \"shop\"}}, ");
        assertRefused(RestStatus.BAD_REQUEST, "[search.rescore] must not hold [affinity]", () -> evaluate(rescored));
        String ext = rescored.replace("rescore", "ext");
        assertRefused(RestStatus.BAD_REQUEST, "[search.ext] must not hold [affinity]", () -> evaluate(ext));
        assertRefused(RestStatus.BAD_REQUEST, "unknown query [mach]", () -> evaluate(body("", right).replace("\"match\"", "\"mach\"")));
        assertRefused(RestStatus.BAD_REQUEST, "Cannot use [sort] option in conjunction with [rescore]", () -> evaluate(body("", right).replace("\"size\": 1", "\"sort\": \"base\"")));
        EvaluateRequest unknown = request("bikes", body("", right), false);
        assertRefused(RestStatus.NOT_FOUND, "[affinity] unknown tracker [bikes]; defined: [shop]", () -> client().execute(EvaluateAction.INSTANCE, unknown).actionGet());
    }

    private static String manyQueries() {
        List<String> queries = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            queries.add(query("q" + i, "ann", ASKED, "tent"));
        }
        return queries.stream().collect(Collectors.joining(","));
    }

    /** A long evaluation reports progress, runs alone, and can be cancelled. */
    public void testProgressAndCancellation() throws Exception {
        NodeClient node = getInstanceFromNode(NodeClient.class);
        PlainActionFuture<EvaluateResponse> answer = new PlainActionFuture<>();
        Task task = node.executeLocally(EvaluateAction.INSTANCE, request("shop", body("", manyQueries()), false), answer);
        assertBusy(() -> {
            EvaluateTask.Progress progress = (EvaluateTask.Progress) task.getStatus();
            assertEquals(5_000, progress.total());
            assertTrue("" + progress, progress.done() > 0);
        });
        assertRefused(RestStatus.TOO_MANY_REQUESTS, "[affinity] an evaluation is already running on this node", () -> evaluate(body("", query("1", "ann", ASKED, "tent"))));
        TaskId id = new TaskId(node.getLocalNodeId(), task.getId());
        String listed = Strings.toString(MediaTypeRegistry.JSON, client().admin().cluster().prepareListTasks().setActions(EvaluateAction.NAME).setDetailed(true).get());
        assertTrue(listed, listed.contains("\"status\":{\"total\":5000,\"done\":") && listed.contains("tracker [shop], [5000] queries"));
        assertFalse("tasks are for all operators to see: " + listed, listed.contains("ann"));
        client().admin().cluster().cancelTasks(new CancelTasksRequest().setTaskId(id)).actionGet();
        Exception e = expectThrows(Exception.class, answer::actionGet);
        assertTrue(e.toString(), ExceptionsHelper.unwrapCause(e) instanceof TaskCancelledException || ExceptionsHelper.unwrap(e, TaskCancelledException.class) != null);
        assertBusy(() -> assertEquals(1, number(evaluate(body("", query("1", "ann", ASKED, "tent"))), "evaluated"), 0));
    }

    public void testStoredResponse() throws Exception {
        NodeClient node = getInstanceFromNode(NodeClient.class);
        Task task = node.executeLocally(EvaluateAction.INSTANCE, request("shop", body("", query("1", "ann", ASKED, "tent")), true), new PlainActionFuture<>());
        TaskId id = new TaskId(node.getLocalNodeId(), task.getId());
        String kept = client().admin().cluster().prepareGetTask(id).setWaitForCompletion(true).get().getTask().getResponseAsMap().toString();
        assertTrue(kept, kept.contains("personalised_minus_plain"));
    }
}
