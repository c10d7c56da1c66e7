package org.opensearch.affinity.node.search;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.rank.Fusion;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rescore.ReasonsFetchSubPhase;
import org.opensearch.affinity.rescore.SignalLoggingSearch;
import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The explained value of a hit is its score, to the last bit. */
public class RankExplainTests extends RankTestCase {
    private static final String QUERY_RESCORER = """
        {"window_size": 12, "query": {"rescore_query": {"range": {"base": {"gte": 4, "boost": 3.3}}},
         "query_weight": 0.7, "rescore_query_weight": %s}}""";

    private void shop() throws Exception {
        createItems("shop", 2, ", \"sold\": {\"type\": \"long\"}, \"published\": {\"type\": \"date\"}");
        for (int i = 0; i < 40; i++) {
            Map<String, Object> item = i % 8 == 7 ? item(i / 4.3) : item(i / 4.3, randomVector());
            if (i % 3 > 0) {
                item.put("sold", i * 7);
            }
            index("shop", "item" + i, item);
        }
        refresh("shop");
        track("shop", "shop", ", \"signals\": {\"sales\": {\"field\": \"sold\", \"pivot\": 33, \"weight\": 0.7}}");
        for (int i = 0; i < 12; i++) {
            event("ann", i % 4 == 3 ? "dislike" : "click", "item" + (i == 7 ? 8 : i));
        }
        // This user dislikes everything: scores in a sum are negative.
        for (int i = 20; i < 40; i++) {
            event("grump", "dislike", "item" + (i % 8 == 7 ? 20 : i));
        }
        awaitProfiles("shop");
    }

    /** Returns the number of hits below the window. */
    private int assertExplained(Answer answer) {
        int belowWindow = 0;
        assertEquals(40, answer.ids().size());
        for (SearchHit hit : answer.response().getHits()) {
            String explanation = hit.getId() + " " + hit.getExplanation();
            assertEquals(explanation, hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
            belowWindow += explanation.contains("affinity: below the window") ? 1 : 0;
        }
        return belowWindow;
    }

    private static final List<String> MORE_PARAMETERS = List.of(
        "",
        ", \"signals\": {\"sales\": 0}",
        ", \"weight\": 20, \"min_affinity\": 0.3",
        ", \"recent\": [\"item1\"]",
        ", \"curves\": {\"sales\": [[0, 0], [0.6, 0.1], [1, 1]], \"affinity\": [[-1, -0.2], [0, 0], [1, 1]]}",
        ", \"products\": {\"affinity*sales\": 3, \"sales*unknown\": 5, \"sales*popularity\": -2}"
    );

    public void testExplainedValueIsTheScore() throws Exception {
        shop();
        for (String mode : List.of("multiply", "sum", "replace")) {
            for (String user : List.of("ann", "grump", "nobody")) {
                for (String more : MORE_PARAMETERS) {
                    String parameters = "\"tracker\": \"shop\", \"user\": \"" + user + "\", \"score_mode\": \"" + mode + "\"" + more;
                    assertEquals(0, assertExplained(rescored("shop", 100, parameters, ", \"explain\": true")));
                    int belowWindow = assertExplained(rescored("shop", 5, parameters, ", \"explain\": true"));
                    // An unknown user without signals: scores stay as they are, so there is no window.
                    boolean notRescored = user.equals("nobody") && mode.equals("replace") == false && more.contains("signals");
                    assertEquals(parameters, notRescored ? 0 : 30, belowWindow);
                }
            }
        }
    }

    public void testNegativeScoresOfASum() throws Exception {
        shop();
        String parameters = """
            "tracker": "shop", "user": "grump", "score_mode": "sum", "weight": 20, "signals": {"sales": 0}""";
        Answer answer = rescored("shop", 15, parameters, ", \"explain\": true");
        assertEquals(10, assertExplained(answer));
        Float[] scores = answer.scores().values().toArray(Float[]::new);
        assertTrue("the test needs scores below 0, got " + answer.scores(), scores[39] < 0);
    }

    public void testAfterAQueryRescorer() throws Exception {
        shop();
        for (String weight : List.of("1.9", "-7.7")) {
            for (String mode : List.of("multiply", "sum", "replace")) {
                for (int window : List.of(3, 8, 100)) {
                    String affinity = """
                        {"window_size": %s, "affinity": {"tracker": "shop", "user": "ann", "score_mode": "%s"}}""";
                    String rescorers = QUERY_RESCORER.formatted(weight) + ", " + affinity.formatted(window, mode);
                    assertExplained(explained(", \"rescore\": [" + rescorers + "]"));
                }
            }
        }
    }

    public void testBeforeAQueryRescorer() throws Exception {
        shop();
        String affinity = "{\"window_size\": 7, \"affinity\": {\"tracker\": \"shop\", \"user\": \"grump\", \"weight\": 20}}, ";
        assertExplained(explained(", \"rescore\": [" + affinity + QUERY_RESCORER.formatted("1.9") + "]"));
    }

    private Answer explained(String more) throws IOException {
        return search("shop", "{\"size\": 100, \"explain\": true, " + BY_BASE + more + "}");
    }

    /** A search that logs signals does not change scores. */
    public void testSearchThatLogsSignals() throws Exception {
        shop();
        GetProfileAction.Request get = new GetProfileAction.Request("shop", "ann", TimeValue.timeValueSeconds(10));
        GetProfileAction.Response found = client().execute(GetProfileAction.INSTANCE, get).actionGet();
        RankNode node = getInstanceFromNode(RankNode.class);
        SearchSourceBuilder source = source("{\"size\": 100, \"explain\": true, " + BY_BASE + "}");
        Scoring scoring = SignalLoggingSearch.scoring(found, "no model", 0.5f, null, new float[0], 1_700_000_000_000L, Map.of());
        source.addRescorer(SignalLoggingSearch.rescorer(found.tracker(), scoring, node));
        assertEquals(0, assertExplained(searchOnce(new SearchRequest("shop").source(source))));
    }

    public void testTextsOfExplanations() throws Exception {
        shop();
        String parameters = "\"tracker\": \"shop\", \"user\": \"ann\"";
        for (SearchHit hit : rescored("shop", 100, parameters, ", \"explain\": true").response().getHits()) {
            String explanation = hit.getExplanation().toString();
            assertTrue(explanation, explanation.contains("affinity: relevance * exp(merit)"));
            assertTrue(explanation, explanation.contains("confidence, 1 - 0.7^n after n events"));
            assertTrue(explanation, explanation.contains("signal [sales], saturation of [sold] * 0.7"));
            boolean hasVector = Integer.parseInt(hit.getId().substring("item".length())) % 8 != 7;
            assertEquals(explanation, hasVector, explanation.contains("affinity, sum of:"));
            assertEquals(explanation, hasVector == false, explanation.contains("affinity: the item has no vector"));
        }
        Answer unknown = rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"nobody\"", ", \"explain\": true");
        String explanation = unknown.response().getHits().getAt(0).getExplanation().toString();
        assertTrue(explanation, explanation.contains("affinity: no interests of the user are known"));
    }

    public void testReasons() throws Exception {
        shop();
        String parameters = "\"tracker\": \"shop\", \"user\": \"ann\", \"signals\": {\"sales\": 0}";
        Answer without = rescored("shop", 10, parameters, "");
        assertTrue(without.response().getHits().getAt(0).getFields().isEmpty());
        Answer why = rescored("shop", 10, parameters + ", \"why\": true", "");
        assertEquals("reasons do not change scores", without.scores(), why.scores());
        int hitsWithReasons = 0;
        for (SearchHit hit : why.response().getHits()) {
            if (hit.field(ReasonsFetchSubPhase.FIELD) == null) {
                continue;
            }
            hitsWithReasons++;
            Map<?, ?> reasons = hit.field(ReasonsFetchSubPhase.FIELD).getValue();
            double merit = (double) reasons.get("merit");
            float base = ((Number) hit.getSourceAsMap().get("base")).floatValue();
            assertEquals(hit.getId(), hit.getScore(), new Fusion(ScoreMode.MULTIPLY, 1).fuse(base, merit), 0f);
            List<?> interests = (List<?>) reasons.get("interests");
            assertEquals(hit.getId() + reasons, merit == 0, interests.isEmpty());
            for (Object entry : interests) {
                Map<?, ?> interest = (Map<?, ?>) entry;
                assertEquals(interest.toString(), (boolean) interest.get("liked"), (float) interest.get("match") > 0);
                assertFalse(interest.toString(), ((List<?>) interest.get("examples")).isEmpty());
            }
        }
        assertEquals("the windows of two shards", 20, hitsWithReasons);
    }
}
