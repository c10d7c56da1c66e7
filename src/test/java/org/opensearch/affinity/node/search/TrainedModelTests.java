package org.opensearch.affinity.node.search;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.search.SearchHit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** How a trained model ranks. */
public class TrainedModelTests extends TrainedModelTestCase {
    /** The weight of the newest item of a history; ann's history has one item. */
    private static final double NEWEST = 0.3;

    public void testItemsThatUsersTookTogetherRankHigher() throws Exception {
        shop(randomIntBetween(1, 3));
        Map<String, Object> model = train("{}");
        assertEquals(1, model.get("number"));
        assertEquals(41, model.get("events"));
        assertEquals(21, model.get("users"));
        assertEquals(4, model.get("items"));
        scoresOfAnn("").values().forEach(score -> assertEquals("not active yet", 2f, score, 0f));
        use(1, UseModelAction.Operation.ACTIVATE);
        // Lamp and bulb are as similar as is typical, by the median over events: one item of a history is worth up to eight such.
        double value = Math.sqrt(NEWEST / 8);
        Map<String, Float> scores = scoresOfAnn("");
        assertEquals(2 * Math.exp(DEFAULT_NEIGHBOURS_WEIGHT * value), scores.get("bulb"), 0.05);
        assertEquals("not taken with the lamp", 2f, scores.get("stove"), 0f);
        assertEquals("an item is not its own neighbour", 2f, scores.get("lamp"), 0f);
        assertEquals(2 * Math.exp(2 * value), scoresOfAnn(", \"signals\": {\"neighbours\": 2}").get("bulb"), 0.02);
        Map<String, Float> unknown = rescored("shop", 100, "\"tracker\": \"t\", \"user\": \"nobody\"", "").scores();
        unknown.values().forEach(score -> assertEquals(2f, score, 0f));
        use(1, UseModelAction.Operation.DEACTIVATE);
        scoresOfAnn("").values().forEach(score -> assertEquals(2f, score, 0f));
    }

    public void testExplainedToTheLastBit() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        Answer answer = searchOfAnn(", \"relevance\": 0.5, \"signals\": {\"neighbours\": 3, \"seen\": -2}", ", \"explain\": true");
        assertExplained(answer);
        assertEquals(Math.sqrt(2) * Math.exp(-2), answer.scores().get("lamp"), 1e-4);
    }

    private static void assertExplained(Answer answer) {
        for (SearchHit hit : answer.response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
    }

    public void testSeenLastIsOneForTheNewestItem() throws Exception {
        shop(randomIntBetween(1, 3));
        for (String item : List.of("tent", "pen", "tent")) {
            event("ann", "click", item);
        }
        awaitProfiles("t");
        Map<String, Float> scores = scoresOfAnn(", \"signals\": {\"seen_last\": 6}");
        Map<String, Double> expected = Map.of("tent", 1.0, "pen", 1.0 / 2, "lamp", 1.0 / 3, "bulb", 0.0);
        expected.forEach((item, value) -> assertEquals(item, Math.exp(6 * value), scores.get(item) / 2, 1e-3 * Math.exp(6 * value)));
        assertEquals("a negative weight", 2 * Math.exp(-6), scoresOfAnn(", \"signals\": {\"seen_last\": -6}").get("tent"), 1e-4);
    }

    /** All hits of a search get the scores of the same model. */
    public void testModelIsSwitchedDuringSearches() throws Exception {
        shop(3);
        train("{\"activate\": true}");
        train("{}");
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        float withModel = scoresOfAnn("").get("bulb");
        Thread searcher = new Thread(() -> {
            try {
                while (stopped.get() == false) {
                    Map<String, Float> scores = scoresOfAnn(", \"signals\": {\"seen\": 1}");
                    assertTrue(scores.toString(), scores.get("bulb") == withModel || scores.get("bulb") == 2f);
                    assertEquals(2 * Math.E, scores.get("lamp"), 1e-4);
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        searcher.start();
        for (int i = 0; i < 20; i++) {
            use(1 + i % 2, i % 5 == 4 ? UseModelAction.Operation.DEACTIVATE : UseModelAction.Operation.ACTIVATE);
        }
        stopped.set(true);
        searcher.join();
        assertNull(String.valueOf(failure.get()), failure.get());
    }

    /** Two indices on several shards, with text, match_only_text and keyword fields, and items without text. */
    private void shops() throws Exception {
        createItems("shop", 3, ", \"bare\": {\"type\": \"match_only_text\"}");
        for (int i = 0; i < ITEMS.length; i++) {
            Map<String, Object> item = item(1 + i, randomVector());
            item.put("title", "a " + ITEMS[i]);
            item.put("bare", "a " + ITEMS[i]);
            index("shop", ITEMS[i], item);
        }
        index("shop", "wordless", Map.of("base", 3));
        refresh("shop");
        String numbers = "{\"properties\": {\"base\": {\"type\": \"double\"}, \"title\": {\"type\": \"long\"}}}";
        client().admin().indices().prepareCreate("shop-old").setMapping(numbers).get();
        index("shop-old", "old", Map.of("base", 3, "title", 5));
        refresh("shop-old");
        track("t", "shop\", \"text_fields\": [\"title\", \"bare\", \"kind\"], \"id_field\": \"_id", "");
        for (int i = 0; i < 10; i++) {
            event("a" + i, "click", "lamp");
            event("a" + i, "click", "bulb");
        }
        event("ann", "click", "lamp");
        awaitProfiles("t");
        refresh("ubi_events");
    }

    public void testAllSignalsExplainedToTheLastBit() throws Exception {
        shops();
        train("{\"activate\": true}");
        String parameters = """
            "tracker": "t", "user": "ann", "weight": 3, "relevance": 0.7, "query_text": "some bulb", "signals":
            {"neighbours": 3.3, "seen": -2.1, "meaning": 0, "match_title": 1.7, "match_bare": 0.9, "match_kind": 1}""";
        Answer answer = rescored("shop*", 100, parameters, ", \"explain\": true");
        assertEquals(ITEMS.length + 2, answer.response().getHits().getHits().length);
        assertExplained(answer);
    }

    public void testWordsOfFieldsAndQuery() throws Exception {
        shops();
        String unknown = "\"tracker\": \"t\", \"user\": \"nobody\", \"query_text\": \"some bulb\", \"signals\": ";
        Map<String, Float> scores = rescored("shop*", 100, unknown + "{\"match_title\": 2}", "").scores();
        assertEquals("one word of two, in field and query", 2 * Math.exp(2 * 0.5), scores.get("bulb"), 1e-5);
        assertEquals("no common word", 1f, scores.get("lamp"), 0f);
        assertEquals("a document without the field", 3f, scores.get("wordless"), 0f);
        assertEquals("a number is not a text", 3f, scores.get("old"), 0f);
        scores = rescored("shop*", 100, unknown + "{\"match_bare\": 2}", "").scores();
        assertEquals("without norms the field is as long as the match", 2 * Math.exp(2 * 2.0 / 3), scores.get("bulb"), 1e-5);
        assertEquals("an index without the field", 3f, scores.get("old"), 0f);
        scores = rescored("shop", 100, unknown.replace("some bulb", "high") + "{\"match_kind\": 2}", "").scores();
        assertEquals("a keyword is one word", 6 * Math.exp(2), scores.get("pen"), 1e-4);
        assertEquals(2f, scores.get("bulb"), 0f);
    }

    /** What was typed is taken from the search's own query. */
    public void testTextOfTheQueryIsKnownWithoutBeingSaidTwice() throws Exception {
        shops();
        String match = "\"query\": {\"bool\": {\"must\": {\"match_all\": {}}, \"should\": {\"match\": {\"title\": {\"query\": \"some bulb\", \"boost\": 0}}}}}";
        String body = "{\"size\": 100, \"explain\": true, " + match + ", \"rescore\": {\"affinity\": {\"tracker\": \"t\", \"user\": \"nobody\"%s, \"signals\": {\"match_title\": 2}}}}";
        Answer taken = search("shop", body.formatted(""));
        assertEquals(taken.scores().toString(), Math.exp(2 * 0.5), taken.scores().get("bulb"), 1e-5);
        assertExplained(taken);
        String explanation = taken.response().getHits().getAt(0).getExplanation().toString();
        assertTrue(explanation, explanation.contains("F1 of the words of [title] and of the query, typed text from [match]"));
        Answer said = search("shop", body.formatted(", \"query_text\": \"some bulb\""));
        assertEquals(taken.scores(), said.scores());
        assertTrue(said.response().getHits().getAt(0).getExplanation().toString().contains("typed text from [query_text]"));
        Answer other = search("shop", body.formatted(", \"query_text\": \"some tent\""));
        assertEquals("explicit wins", Math.exp(2 * 0.5), other.scores().get("tent"), 1e-5);
        assertEquals("nothing was typed", 1f, search("shop", body.formatted(", \"query_text\": \"\"")).scores().get("bulb"), 0f);
        pipeline("typed", "{\"tracker\": \"t\", \"signals\": {\"match_title\": 2}, \"exclude_seen\": true}");
        SearchRequest piped = new SearchRequest("shop").pipeline("typed");
        Answer ofExt = search(piped, "{\"size\": 100, " + match + ", \"ext\": {\"affinity\": {\"user\": null}}}");
        assertEquals(taken.scores(), ofExt.scores());
    }

    /** As after a snapshot was restored without the model's index. */
    public void testActiveModelWhoseIndexIsMissing() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        client().admin().indices().prepareDelete(IndexNames.MODELS.index("t", 1)).get();
        scoresOfAnn("").values().forEach(score -> assertEquals("neighbours is 0", 2f, score, 0f));
        assertStatus(RestStatus.NOT_FOUND, () -> use(2, UseModelAction.Operation.DEACTIVATE));
        use(1, UseModelAction.Operation.DEACTIVATE);
        assertStatus(RestStatus.NOT_FOUND, () -> use(1, UseModelAction.Operation.DEACTIVATE));
    }

    /** Cached profiles do not contain the model. */
    public void testCachedProfileIsRankedByTheActiveModel() throws Exception {
        shop(1);
        train("{}");
        for (int i = 0; i < 3; i++) {
            assertEquals(2f, scoresOfAnn("").get("bulb"), 0f);
            use(1, UseModelAction.Operation.ACTIVATE);
            assertTrue(scoresOfAnn("").get("bulb") > 2);
            use(1, UseModelAction.Operation.DEACTIVATE);
        }
    }
}
