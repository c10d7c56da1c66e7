package org.opensearch.affinity.node.search;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.search.MultiSearchRequest;
import org.opensearch.action.search.MultiSearchResponse;
import org.opensearch.action.search.SearchAction;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The retrieval queries on a node in this JVM, with given vectors. */
public class RetrievalTests extends AffinityNodeTestCase {
    private static final String FOR_ANN = "{\"tracker\": \"shop\", \"user\": \"ann\"}";
    private static final String UNSEEN_FOR_ANN = "{\"tracker\": \"shop\", \"user\": \"ann\", \"exclude_seen\": true}";

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(AffinityPlugin.class, CalledActions.class);
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    /** Ann bought the stove. The tent is near it, chair and desk are far from it. */
    private void shop(String idField) throws Exception {
        Settings settings = Settings.builder().put("number_of_shards", 2).put("number_of_replicas", 0).build();
        client().admin()
            .indices()
            .prepareCreate("products")
            .setSettings(settings)
            .setMapping("title", "type=text", "sku", "type=keyword", "vector", "type=affinity_vector,dimension=2")
            .get();
        item("tent", "lamp for the tent", 1f, 0f);
        item("stove", "gas stove", 0.9f, 0.1f);
        item("desk", "lamp for the desk", 0.1f, 1f);
        item("chair", "office chair", 0.2f, 0.9f);
        client().prepareIndex("products").setId("plain").setSource(Map.of("title", "lamp", "sku", "sku-plain")).get();
        client().admin().indices().prepareRefresh("products").get();
        String definition = """
            {"items": {"index": "products", "vector_field": "vector", "id_field": "%s"}, "events": {"index": "ubi_events"},
             "actions": {"purchase": 3}}""".formatted(idField);
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("shop", parser))).actionGet();
        }
        String stove = idField.equals("_id") ? "stove" : "sku-stove";
        client().prepareIndex("ubi_events")
            .setSource(
                Map.of(
                    "client_id",
                    "ann",
                    "action_name",
                    "purchase",
                    "timestamp",
                    "2026-01-01T00:00:00Z",
                    "event_attributes",
                    Map.of("object", Map.of("object_id", stove))
                )
            )
            .get();
        GetProfileAction.Request get = new GetProfileAction.Request("shop", "ann", TimeValue.timeValueSeconds(10));
        assertBusy(() -> assertNotNull(client().execute(GetProfileAction.INSTANCE, get).actionGet().profile()));
    }

    private void item(String id, String title, float x, float y) {
        Map<String, Object> source = Map.of("title", title, "sku", "sku-" + id, "vector", List.of(x, y));
        client().prepareIndex("products").setId(id).setSource(source).get();
    }

    private SearchSourceBuilder source(String query) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, "{\"query\": " + query + "}")) {
            return SearchSourceBuilder.fromXContent(parser);
        }
    }

    private SearchResponse search(String query) throws IOException {
        SearchResponse response = client().prepareSearch("products").setSource(source(query).explain(true)).get();
        assertEquals(Arrays.toString(response.getShardFailures()), 0, response.getFailedShards());
        for (SearchHit hit : response.getHits()) {
            assertEquals(hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
        return response;
    }

    private List<String> ids(String query) throws IOException {
        return Arrays.stream(search(query).getHits().getHits()).map(SearchHit::getId).toList();
    }

    /** The ids of the hits of a search whose response has exactly these warnings. */
    private List<String> ids(String query, String... warnings) throws Exception {
        ThreadContext context = getInstanceFromNode(ThreadPool.class).getThreadContext();
        CompletableFuture<List<String>> headers = new CompletableFuture<>();
        // The headers of a response are those in the context of the thread that answers.
        client().prepareSearch("products").setSource(source(query)).execute(ActionListener.wrap(response -> {
            headers.complete(context.getResponseHeaders().getOrDefault("Warning", List.of()));
        }, headers::completeExceptionally));
        List<String> texts = headers.get(30, TimeUnit.SECONDS)
            .stream()
            .map(header -> HeaderWarning.extractWarningValueFromWarningHeader(header, false))
            .toList();
        assertEquals(List.of(warnings), texts);
        return ids(query);
    }

    private void assertRefused(String query, String message) {
        Exception e = expectThrows(Exception.class, () -> search(query));
        assertEquals(e.toString(), RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
        assertTrue(e.toString(), (e + " " + e.getCause()).contains(message));
    }

    public void testItemsForAUser() throws Exception {
        shop("_id");
        assertEquals("she has the stove", List.of("tent", "stove", "chair", "desk", "plain"), ids("{\"affinity\": " + FOR_ANN + "}"));
        assertEquals(List.of("tent", "chair", "desk", "plain"), ids("{\"affinity\": " + UNSEEN_FOR_ANN + "}"));
        assertEquals(List.of("tent", "stove"), ids("{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"min_similarity\": 0.9}}"));
        String lamps = "{\"match\": {\"title\": \"lamp\"}}";
        assertEquals(List.of("tent", "desk", "plain"), ids("{\"bool\": {\"must\": {\"affinity\": " + FOR_ANN + "}, \"filter\": " + lamps + "}}"));
        assertEquals(
            "the filter is applied before candidates are found",
            Set.of("tent", "desk", "plain"),
            Set.copyOf(ids("{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"k\": 2, \"filter\": " + lamps + "}}"))
        );
        String forZoe = "{\"affinity\": {\"tracker\": \"shop\", \"user\": \"zoe\"}}";
        assertBusy(() -> assertEquals("popular for unknown users", "stove", ids(forZoe).getFirst()));
        assertRefused("{\"affinity\": {\"tracker\": \"shpo\", \"user\": \"ann\"}}", "[affinity] unknown tracker [shpo]; defined: [shop]");
    }

    public void testItemIdsInAField() throws Exception {
        shop("sku");
        assertEquals(List.of("tent", "chair", "desk", "plain"), ids("{\"affinity\": " + UNSEEN_FOR_ANN + "}"));
        assertEquals(List.of("tent", "chair", "desk"), ids("{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"sku-stove\"}}"));
    }

    public void testUnavailableProfileMatchesNothingAndWarns() throws Exception {
        shop("_id");
        client().admin().indices().prepareClose(".affinity-interests-shop").get();
        String lamps = "{\"match\": {\"title\": \"lamp\"}}";
        String should = "{\"bool\": {\"should\": [" + lamps + ", {\"affinity\": " + FOR_ANN + "}]}}";
        assertEquals(Set.of("tent", "desk", "plain"), Set.copyOf(ids(should)));
        assertWarnings("[affinity] the profile is not available: the query [affinity] matches nothing");
    }

    public void testSimilarItems() throws Exception {
        shop("_id");
        assertEquals(List.of("stove", "chair", "desk"), ids("{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"tent\"}}"));
        assertEquals(List.of("desk"), ids("{\"affinity_similar\": {\"tracker\": \"shop\", \"items\": [\"tent\", \"stove\", \"chair\"]}}"));
        String warning = "[affinity_similar] of tracker [shop] these items do not exist or have no vector: ";
        assertEquals(List.of(), ids("{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"tetn\"}}", warning + "[tetn]"));
        String oneOfTwo = "{\"affinity_similar\": {\"tracker\": \"shop\", \"items\": [\"tent\", \"plain\"]}}";
        assertEquals(List.of("stove", "chair", "desk"), ids(oneOfTwo, warning + "[plain]"));
        String seven = "[\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"]";
        String none = "{\"affinity_similar\": {\"tracker\": \"shop\", \"items\": " + seven + "}}";
        assertEquals(List.of(), ids(none, warning + "[a, b, c, d, e] and [2] more"));
    }

    public void testEveryFailedClauseWarns() throws Exception {
        shop("_id");
        client().admin().indices().prepareClose(".affinity-interests-shop").get();
        String similar = "{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"no\"}}";
        String both = "{\"bool\": {\"should\": [{\"affinity\": " + FOR_ANN + "}, " + similar + "]}}";
        List<String> found = ids(
            both,
            "[affinity] the profile is not available: the query [affinity] matches nothing",
            "[affinity_similar] of tracker [shop] these items do not exist or have no vector: [no]"
        );
        assertEquals(List.of(), found);
    }

    /** Of several late look-ups each warns, whichever is the last. */
    public void testEveryLateLookUpWarns() throws Exception {
        shop("_id");
        client().admin().indices().prepareClose(".affinity-interests-shop").get();
        String seen = "{\"affinity_seen\": " + FOR_ANN + "}";
        String query = "{\"bool\": {\"should\": [{\"affinity\": " + FOR_ANN + "}, {\"match\": {\"title\": \"lamp\"}}], \"must_not\": " + seen + "}}";
        String[] late = {
            "[affinity] the profile is not available: items that the user has seen are not known",
            "[affinity] the profile is not available: the query [affinity] matches nothing",
            "[affinity] the profile is not available: the results are not personalised" };
        List<String> found = ids(query + ", \"rescore\": {\"affinity\": " + FOR_ANN + "}", late);
        assertEquals(3, found.size());
        assertWarnings(late);
    }

    public void testClausesForTheSameUserShareALookUp() throws Exception {
        shop("_id");
        String seen = "{\"affinity_seen\": {\"tracker\": \"shop\", \"user\": \"ann\", \"boost\": %s}}";
        CalledActions.CALLS.clear();
        String clauses = seen.formatted(1) + "," + seen.formatted(2) + "," + seen.formatted(4) + "," + seen.formatted(1).replace("ann", "bob");
        SearchHit hit = search("{\"bool\": {\"should\": [" + clauses + "]}}").getHits().getAt(0);
        assertEquals("stove", hit.getId());
        assertEquals(7f, hit.getScore(), 0f);
        assertEquals(2, CalledActions.CALLS.stream().filter(UseProfileAction.NAME::equals).count());
    }

    /** An item that the caller may not see must not be told by what is similar to it. */
    public void testSimilarItemsAreReadWithTheCallersRights() throws Exception {
        shop("sku");
        CalledActions.CALLS.clear();
        Client caller = client().filterWithHeader(Map.of(CalledActions.CALLER, "cleo"));
        SearchSourceBuilder source = source("{\"affinity_similar\": {\"tracker\": \"shop\", \"items\": [\"sku-stove\", \"sku-no\"]}}");
        SearchHit[] hits = caller.prepareSearch("products").setSource(source).get().getHits().getHits();
        assertEquals(List.of("tent", "chair", "desk"), Arrays.stream(hits).map(SearchHit::getId).toList());
        assertEquals("the search and its look-up", 2, CalledActions.CALLS.stream().filter(call -> call.equals(SearchAction.NAME + " of cleo")).count());
        assertEquals(List.of(), CalledActions.CALLS.stream().filter(call -> call.equals(SearchAction.NAME)).toList());
    }

    public void testFiltersThatHideNearestVectorsAreRefused() throws Exception {
        shop("_id");
        String hidden = Base64.getEncoder().encodeToString(("{\"affinity\": " + FOR_ANN + "}").getBytes(StandardCharsets.UTF_8));
        String filter = "{\"wrapper\": {\"query\": \"" + hidden + "\"}}";
        assertRefused("{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"filter\": " + filter + "}}", "[filter] must not contain the query");
        String seen = "{\"bool\": {\"must_not\": {\"affinity_seen\": " + FOR_ANN + "}}}";
        assertEquals(List.of("tent", "chair", "desk", "plain"), ids("{\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"filter\": " + seen + "}}"));
    }

    public void testFilterOfAnAlias() throws Exception {
        shop("_id");
        for (String query : List.of("affinity", "affinity_seen")) {
            Exception e = expectThrows(Exception.class, () -> client().admin().indices().prepareAliases()
                .addAlias("products", "mine", "{\"" + query + "\": " + FOR_ANN + "}").get());
            String message = ExceptionsHelper.detailedMessage(e);
            assertEquals(message, RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
            assertTrue(message, message.contains("[" + query + "] works in the body of a search only, not in the filter of an alias"));
        }
    }

    public void testSeveralSearchesAndOtherIndices() throws Exception {
        shop("_id");
        client().prepareIndex("articles").setId("a").setSource(Map.of("title", "how to pitch a tent")).setRefreshPolicy("true").get();
        MultiSearchRequest searches = new MultiSearchRequest();
        for (String item : List.of("tent", "desk")) {
            SearchSourceBuilder like = source("{\"affinity_similar\": {\"tracker\": \"shop\", \"item\": \"" + item + "\"}}").size(1);
            searches.add(new SearchRequest("products", "articles").source(like));
        }
        MultiSearchResponse answers = client().multiSearch(searches).actionGet();
        assertEquals(0, answers.getResponses()[0].getResponse().getFailedShards());
        assertEquals("stove", answers.getResponses()[0].getResponse().getHits().getAt(0).getId());
        assertEquals("chair", answers.getResponses()[1].getResponse().getHits().getAt(0).getId());
    }

    public void testFieldWithoutVectorsOfTheDimension() throws Exception {
        shop("_id");
        client().admin()
            .indices()
            .prepareCreate("cubes")
            .setMapping("vector", "type=affinity_vector,dimension=3")
            .get();
        client().admin().indices().prepareCreate("words").setMapping("vector", "type=text").get();
        for (Map.Entry<String, String> wrong : Map.of(
            "cubes",
            "field [vector] has dimension [3], the query's vector has [2]: encode both with the same model",
            "words",
            "field [vector] is of type [text]; needed is [affinity_vector] or [knn_vector]"
        ).entrySet()) {
            Exception e = expectThrows(
                Exception.class,
                () -> client().prepareSearch(wrong.getKey()).setSource(source("{\"affinity\": " + FOR_ANN + "}")).get()
            );
            assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
            assertTrue(e.toString(), (e + " " + e.getCause()).contains(wrong.getValue()));
        }
    }

    public void testUnknownModelOrTracker() throws Exception {
        shop("_id");
        assertRefused("{\"affinity_text\": {\"text\": \"lamp\", \"tracker\": \"shop\"}}", "unknown model [all-minilm-l6-v2]; available: []");
        assertRefused("{\"affinity_text\": {\"text\": \"lamp\", \"tracker\": \"shpo\"}}", "[affinity] unknown tracker [shpo]; defined: [shop]");
    }

    public void testPagesDoNotOverlap() throws Exception {
        shop("_id");
        List<String> paged = new ArrayList<>();
        for (int from = 0; from < 4; from++) {
            SearchSourceBuilder page = source("{\"affinity\": " + FOR_ANN + "}").from(from).size(1);
            for (SearchHit hit : client().prepareSearch("products").setSource(page).get().getHits()) {
                paged.add(hit.getId());
            }
        }
        assertEquals(List.of("tent", "stove", "chair", "desk"), paged);
    }
}
