package org.opensearch.affinity.node.search;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.search.CreatePitAction;
import org.opensearch.action.search.CreatePitRequest;
import org.opensearch.action.search.DeletePitAction;
import org.opensearch.action.search.DeletePitRequest;
import org.opensearch.action.search.MultiSearchResponse;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.bucket.terms.Terms;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Personalisation together with the other features of a search. */
public class RankSearchTests extends RankTestCase {
    private static final String ANN = "\"tracker\": \"shop\", \"user\": \"ann\"";
    private static final String NOT_RESCORED = "[affinity] a sorted, scrolled or collapsed search cannot be rescored: the results are not personalised";

    private void shop() throws Exception {
        createItems("shop", 2, "");
        index("shop", "tent", item(3, 1, 0, 0, 0));
        index("shop", "bag", item(2.5, 0.9f, 0.1f, 0, 0));
        index("shop", "lamp", item(6, 0, 1, 0, 0));
        index("shop", "desk", item(7, 0, 0.9f, 0.1f, 0));
        index("shop", "chair", item(8, 0, 0, 1, 0));
        index("shop", "plain", item(4));
        refresh("shop");
        track("shop", "shop", "");
        event("ann", "click", "bag");
        event("ann", "purchase", "bag");
        event("ann", "dislike", "chair");
        awaitProfiles("shop");
        pipeline("shop", "{\"tracker\": \"shop\"}");
    }

    private List<String> ids(String parameters) throws IOException {
        return rescored("shop", 100, parameters, "").ids();
    }

    public void testOrderDependsOnTheUser() throws Exception {
        shop();
        assertEquals(List.of("chair", "desk", "lamp", "plain", "tent", "bag"), ids("\"tracker\": \"shop\", \"user\": \"nobody\""));
        assertEquals("tent", ids(ANN).get(0));
    }

    public void testRecentItemsOfAnUnknownUser() throws Exception {
        shop();
        // One event: confidence 0.3. The item itself has a cosine of 1, as the centre is almost 0, so the factor is exp(4 · 0.3).
        // For a repeat item it is less: one of two liked events was a repeat, added to a prior of 10 in 1,000.
        double repeats = 11 / 1002.0;
        Map<String, Float> scores = rescored("shop", 100, "\"tracker\": \"shop\", \"recent\": [\"lamp\"]", "").scores();
        assertEquals(6 * Math.exp(4 * 0.3 * repeats / (repeats + 0.005)), scores.get("lamp"), 0.02);
        Map<String, Float> whole = rescored("shop", 100, "\"tracker\": \"shop\", \"recent\": [\"lamp\"], \"own_items\": 1", "").scores();
        assertEquals(6 * Math.exp(4 * 0.3), whole.get("lamp"), 0.02);
        assertEquals("another item", scores.get("desk"), whole.get("desk"), 0f);
        assertEquals(4f, scores.get("plain"), 0f);
        assertEquals(scores, rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"nobody\", \"recent\": [\"lamp\"]", "").scores());
        String withUnknownItem = "\"tracker\": \"shop\", \"recent\": [\"no such item\", \"lamp\", \"plain\"]";
        assertEquals(scores, rescored("shop", 100, withUnknownItem, "").scores());
        assertEquals(scores, piped("shop", "shop", "\"recent\": [\"lamp\"]", "").scores());

        Map<String, Float> nobody = rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"nobody\"", "").scores();
        assertEquals(nobody, rescored("shop", 100, "\"tracker\": \"shop\", \"recent\": [\"no such item\", \"plain\"]", "").scores());
    }

    public void testRecentItemsAddToTheProfile() throws Exception {
        shop();
        Map<String, Float> known = rescored("shop", 100, ANN, "").scores();
        Map<String, Float> both = rescored("shop", 100, ANN + ", \"recent\": [\"lamp\"]", "").scores();
        assertTrue(known + " " + both, both.get("lamp") > known.get("lamp") && both.get("desk") > known.get("desk"));
        assertEquals("recent items are not stored", known, rescored("shop", 100, ANN, "").scores());
    }

    public void testExcludeSeenKeepsOtherScores() throws Exception {
        shop();
        Map<String, Float> all = piped("shop", "shop", "\"user\": \"ann\"", "").scores();
        Map<String, Float> unseen = piped("shop", "shop", "\"user\": \"ann\", \"exclude_seen\": true", "").scores();
        Map<String, Float> expected = new HashMap<>(all);
        expected.keySet().removeAll(List.of("bag", "chair"));
        assertEquals(expected, unseen);
        assertEquals(all.keySet(), piped("shop", "shop", "\"user\": \"nobody\", \"exclude_seen\": true", "").scores().keySet());
        Set<String> others = new HashSet<>(all.keySet());
        others.remove("lamp");
        assertEquals(others, piped("shop", "shop", "\"recent\": [\"lamp\"], \"exclude_seen\": true", "").scores().keySet());
        SearchRequest withoutQuery = new SearchRequest("shop").pipeline("shop");
        Answer answer = search(withoutQuery, "{\"ext\": {\"affinity\": {\"user\": \"ann\", \"exclude_seen\": true}}}");
        assertEquals(4, answer.response().getHits().getTotalHits().value());
    }

    public void testSeenQuery() throws Exception {
        shop();
        String seen = "{\"affinity_seen\": {\"tracker\": \"shop\", \"user\": \"ann\"}}";
        assertSetEquals(List.of("bag", "chair"), search("shop", "{\"query\": " + seen + "}").ids());
        String unseen = "{\"query\": {\"bool\": {\"must\": {\"match\": {\"title\": \"item\"}}, \"must_not\": " + seen + "}}}";
        assertSetEquals(List.of("tent", "lamp", "desk", "plain"), search("shop", unseen).ids());
        assertEquals(List.of(), search("shop", "{\"query\": " + seen.replace("ann", "nobody") + "}").ids());
        String withBoost = seen.replace("\"ann\"", "\"ann\", \"boost\": 3, \"_name\": \"seen\"");
        SearchHit named = search("shop", "{\"query\": " + withBoost + "}").response().getHits().getAt(0);
        assertEquals(3f, named.getScore(), 0f);
        assertArrayEquals(new String[] { "seen" }, named.getMatchedQueries());
        assertRefused("[affinity] unknown tracker [shpo]; defined: [shop]", () -> search("shop", "{\"query\": " + seen.replace("shop", "shpo") + "}"));
        assertEquals("nobody has seen nothing", List.of(), search("shop", "{\"query\": {\"affinity_seen\": {\"tracker\": \"shop\"}}}").ids());
    }

    public void testNoUserIsNobody() throws Exception {
        shop();
        Map<String, Float> nobody = rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"nobody\"", "").scores();
        List<String> found = search("shop", "{\"query\": {\"affinity\": {\"tracker\": \"shop\", \"user\": \"nobody\"}}}").ids();
        assertTrue("popular items", found.size() > 0);
        for (String user : List.of("", ", \"user\": \"\"", ", \"user\": null")) {
            assertEquals(nobody, rescored("shop", 100, "\"tracker\": \"shop\"" + user, "").scores());
            assertEquals(nobody, piped("shop", "shop", "\"tracker\": \"shop\", \"exclude_seen\": true" + user, "").scores());
            assertEquals(found, search("shop", "{\"query\": {\"affinity\": {\"tracker\": \"shop\"" + user + "}}}").ids());
        }
    }

    public void testExtWithoutTheProcessorWarns() throws Exception {
        shop();
        String ext = "\"ext\": {\"affinity\": {" + ANN + "}}";
        for (String body : List.of("{" + BY_BASE + ", " + ext + "}", "{\"size\": 0, " + ext + "}", "{\"query\": {\"match_none\": {}}, " + ext + "}")) {
            String warnings = search("shop", body).warnings().toString();
            assertTrue(warnings, warnings.contains("[affinity] [ext.affinity] has no effect: the search did not run through"));
            assertEquals(List.of(), search(new SearchRequest("shop").pipeline("shop"), body).warnings());
        }
    }

    private static void assertSetEquals(List<String> expected, List<String> actual) {
        assertEquals(expected.stream().sorted().toList(), actual.stream().sorted().toList());
    }

    public void testSortedCollapsedAndScrolledSearchesInAPipeline() throws Exception {
        shop();
        for (String more : List.of(", \"sort\": [{\"base\": \"desc\"}]", ", \"collapse\": {\"field\": \"kind\"}")) {
            Answer answer = piped("shop", "shop", "\"user\": \"ann\"", more);
            assertTrue(answer.warnings().toString(), answer.warnings().toString().contains(NOT_RESCORED));
            assertEquals(search("shop", "{\"size\": 1000, " + BY_BASE + more + "}").ids(), answer.ids());
        }
        Answer byScore = piped("shop", "shop", "\"user\": \"ann\"", ", \"sort\": [\"_score\"]");
        assertEquals(List.of(), byScore.warnings());
        assertEquals(piped("shop", "shop", "\"user\": \"ann\"", "").ids(), byScore.ids());

        SearchRequest scroll = new SearchRequest("shop").pipeline("shop").scroll(TimeValue.timeValueMinutes(1));
        Answer scrolled = search(scroll, "{" + BY_BASE + ", \"ext\": {\"affinity\": {\"user\": \"ann\"}}}");
        client().prepareClearScroll().addScrollId(scrolled.response().getScrollId()).get();
        assertTrue(scrolled.warnings().toString(), scrolled.warnings().toString().contains(NOT_RESCORED));
        assertEquals("chair", scrolled.ids().get(0));
    }

    public void testSortedCollapsedAndScrolledSearchesWithARescorer() throws Exception {
        shop();
        Exception sorted = expectThrows(Exception.class, () -> rescored("shop", 100, ANN, ", \"sort\": [{\"base\": \"desc\"}]"));
        String message = "Cannot use [sort] option in conjunction with [rescore]";
        assertTrue(sorted.toString(), ExceptionsHelper.detailedMessage(sorted).contains(message));
        Exception collapsed = expectThrows(Exception.class, () -> rescored("shop", 100, ANN, ", \"collapse\": {\"field\": \"kind\"}"));
        assertTrue(ExceptionsHelper.detailedMessage(collapsed).contains("cannot use `collapse` in conjunction with `rescore`"));
        SearchRequest scroll = new SearchRequest("shop").scroll(TimeValue.timeValueMinutes(1));
        String body = "{" + BY_BASE + ", \"rescore\": {\"affinity\": {" + ANN + "}}}";
        assertRefused("using [rescore] is not allowed in a scroll context", () -> search(scroll, body));
    }

    public void testAggregationsAndHighlighting() throws Exception {
        shop();
        String more = """
            , "aggs": {"kinds": {"terms": {"field": "kind"}}},
            "highlight": {"fields": {"title": {"highlight_query": {"match": {"title": "item"}}}}}""";
        Answer answer = rescored("shop", 100, ANN, more);
        assertEquals("tent", answer.ids().get(0));
        assertEquals(ids(ANN), answer.ids());
        Terms kinds = answer.response().getAggregations().get("kinds");
        assertEquals(3, kinds.getBucketByKey("low").getDocCount());
        assertEquals(3, kinds.getBucketByKey("high").getDocCount());
        for (SearchHit hit : answer.response().getHits()) {
            assertEquals("an <em>item</em>", hit.getHighlightFields().get("title").fragments()[0].string());
        }
    }

    public void testMultiSearch() throws Exception {
        shop();
        String body = "{\"size\": 10, " + BY_BASE + ", \"rescore\": {\"affinity\": {\"tracker\": \"shop\", \"user\": \"%s\"}}}";
        SearchRequest ann = new SearchRequest("shop");
        assertBusy(() -> {
            MultiSearchResponse.Item[] items = client().prepareMultiSearch()
                .add(ann.source(source(body.formatted("ann"))))
                .add(new SearchRequest("shop").source(source(body.formatted("nobody"))))
                .add(new SearchRequest("shop").source(source(body.formatted("ann").replace("\"shop\"", "\"shpo\""))))
                .get()
                .getResponses();
            assertEquals("tent", items[0].getResponse().getHits().getAt(0).getId());
            assertEquals("chair", items[1].getResponse().getHits().getAt(0).getId());
            assertTrue(items[2].getFailureMessage(), items[2].getFailureMessage().contains("unknown tracker [shpo]"));
        });
    }

    public void testPagesOfAPointInTime() throws Exception {
        shop();
        CreatePitRequest create = new CreatePitRequest(TimeValue.timeValueMinutes(1), true, "shop");
        String pit = client().execute(CreatePitAction.INSTANCE, create).actionGet().getId();
        List<String> before = ids(ANN);
        index("shop", "new", item(100, 1, 0, 0, 0));
        refresh("shop");
        List<String> paged = new ArrayList<>();
        for (int from = 0; from < 6; from += 2) {
            String page = "\"from\": " + from + ", \"size\": 2, \"pit\": {\"id\": \"" + pit + "\"}";
            String rescore = "\"rescore\": {\"affinity\": {" + ANN + "}}";
            paged.addAll(search(new SearchRequest(), "{" + page + ", " + rescore + ", " + BY_BASE + "}").ids());
        }
        client().execute(DeletePitAction.INSTANCE, new DeletePitRequest(pit)).actionGet();
        assertEquals("tent", before.get(0));
        assertEquals(before, paged);
        assertEquals("new", ids(ANN).get(0));
    }

    public void testIndexPatternWithAnIndexWithoutVectors() throws Exception {
        shop();
        client().admin().indices().prepareCreate("shop-other").setMapping("base", "type=double", "kind", "type=keyword").get();
        index("shop-other", "book", Map.of("base", 5));
        refresh("shop-other");
        Answer answer = rescored("shop*", 100, ANN, ", \"explain\": true");
        List<String> without = answer.ids().stream().filter(id -> id.equals("book") == false).toList();
        assertEquals(ids(ANN), without);
        assertEquals(5f, answer.scores().get("book"), 0f);
        float[] scores = new float[answer.ids().size()];
        IntStream.range(0, scores.length).forEach(i -> scores[i] = -answer.response().getHits().getAt(i).getScore());
        float[] sorted = scores.clone();
        Arrays.sort(sorted);
        assertArrayEquals(sorted, scores, 0f);
    }
}
