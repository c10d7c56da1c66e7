package org.opensearch.affinity.node.search;

import org.opensearch.affinity.rank.Fusion;
import org.opensearch.affinity.rescore.ReasonsFetchSubPhase;
import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.search.SearchHit;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What explain says adds up to the score, to the last bit. */
public class RankExplainTests extends RankTestCase {
    private static final String OWN_RESCORER = """
        {"window_size": 12, "query": {"rescore_query": {"range": {"base": {"gte": 4, "boost": 3.3}}}, "query_weight": 0.7, "rescore_query_weight": %s}}""";

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
        // Disliked whatever it is: scores of the window go below 0 in a sum.
        for (int i = 20; i < 40; i++) {
            event("grump", "dislike", "item" + (i % 8 == 7 ? 20 : i));
        }
        awaitProfiles("shop");
    }

    /** How many hits had a score that the explanation reached by the window's lowest. */
    private int assertExplained(Answer answer) {
        int clamped = 0;
        assertEquals(40, answer.ids().size());
        for (SearchHit hit : answer.response().getHits()) {
            String said = hit.getId() + " " + hit.getExplanation();
            assertEquals(said, hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
            clamped += said.contains("affinity: below the window") ? 1 : 0;
        }
        return clamped;
    }

    public void testExplainedIsScored() throws Exception {
        shop();
        for (String mode : List.of("multiply", "sum", "replace")) {
            for (String user : List.of("ann", "grump", "nobody")) {
                for (String more : List.of("", ", \"signals\": {\"sales\": 0}", ", \"weight\": 20, \"min_affinity\": 0.3", ", \"recent\": [\"item1\"]")) {
                    String parameters = "\"tracker\": \"shop\", \"user\": \"" + user + "\", \"score_mode\": \"" + mode + "\"" + more;
                    assertEquals(0, assertExplained(rescored("shop", 100, parameters, ", \"explain\": true")));
                    int clamped = assertExplained(rescored("shop", 5, parameters, ", \"explain\": true"));
                    // Where nothing is known and no signal counts, nothing is scored, so nothing is below.
                    boolean asItWas = user.equals("nobody") && mode.equals("replace") == false && more.contains("signals");
                    assertEquals(parameters, asItWas ? 0 : 30, clamped);
                }
            }
        }
    }

    public void testASumMayGoBelowNought() throws Exception {
        shop();
        String parameters = "\"tracker\": \"shop\", \"user\": \"grump\", \"score_mode\": \"sum\", \"weight\": 20, \"signals\": {\"sales\": 0}";
        Answer answer = rescored("shop", 15, parameters, ", \"explain\": true");
        assertEquals(10, assertExplained(answer));
        Float[] scores = answer.scores().values().toArray(Float[]::new);
        assertTrue("the test is about scores below 0, got " + answer.scores(), scores[39] < 0);
    }

    public void testAfterTheSearchsOwnRescorer() throws Exception {
        shop();
        for (String weight : List.of("1.9", "-7.7")) {
            for (String mode : List.of("multiply", "sum", "replace")) {
                for (int window : List.of(3, 8, 100)) {
                    String affinity = "{\"window_size\": %s, \"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"score_mode\": \"%s\"}}";
                    String rescorers = OWN_RESCORER.formatted(weight) + ", " + affinity.formatted(window, mode);
                    assertExplained(explained(", \"rescore\": [" + rescorers + "]"));
                }
            }
        }
    }

    public void testBeforeTheSearchsOwnRescorer() throws Exception {
        shop();
        String affinity = "{\"window_size\": 7, \"affinity\": {\"tracker\": \"shop\", \"user\": \"grump\", \"weight\": 20}}, ";
        assertExplained(explained(", \"rescore\": [" + affinity + OWN_RESCORER.formatted("1.9") + "]"));
    }

    private Answer explained(String more) throws IOException {
        return search("shop", "{\"size\": 100, \"explain\": true, " + BY_BASE + more + "}");
    }

    public void testPartsAreNamed() throws Exception {
        shop();
        String parameters = "\"tracker\": \"shop\", \"user\": \"ann\"";
        for (SearchHit hit : rescored("shop", 100, parameters, ", \"explain\": true").response().getHits()) {
            String said = hit.getExplanation().toString();
            assertTrue(said, said.contains("affinity: relevance * exp(merit)") && said.contains("confidence, how much there is to go by"));
            boolean plain = Integer.parseInt(hit.getId().substring("item".length())) % 8 == 7;
            assertEquals(said, plain, said.contains("the item has no vector"));
            assertTrue(said, said.contains("signal [sales], saturation of [sold] * 0.7"));
        }
        String stranger = rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"nobody\"", ", \"explain\": true").response().getHits().getAt(0).getExplanation().toString();
        assertTrue(stranger, stranger.contains("nothing is known of the user"));
    }

    public void testWhy() throws Exception {
        shop();
        String parameters = "\"tracker\": \"shop\", \"user\": \"ann\", \"signals\": {\"sales\": 0}";
        Answer without = rescored("shop", 10, parameters, "");
        assertTrue(without.response().getHits().getAt(0).getFields().isEmpty());
        Answer why = rescored("shop", 10, parameters + ", \"why\": true", "");
        assertEquals("asking changes nothing", without.scores(), why.scores());
        int explained = 0;
        for (SearchHit hit : why.response().getHits()) {
            if (hit.field(ReasonsFetchSubPhase.FIELD) == null) {
                continue;
            }
            explained++;
            Map<?, ?> reason = hit.field(ReasonsFetchSubPhase.FIELD).getValue();
            float base = ((Number) hit.getSourceAsMap().get("base")).floatValue();
            assertEquals(hit.getId(), hit.getScore(), new Fusion(ScoreMode.MULTIPLY, 1).fuse(base, (double) reason.get("merit")), 0f);
            List<?> interests = (List<?>) reason.get("interests");
            assertEquals(hit.getId() + reason, (double) reason.get("merit") == 0, interests.isEmpty());
            for (Object interest : interests) {
                Map<?, ?> part = (Map<?, ?>) interest;
                assertEquals(part.toString(), (boolean) part.get("liked"), (float) part.get("match") > 0);
                assertFalse(part.toString(), ((List<?>) part.get("examples")).isEmpty());
            }
        }
        assertEquals("the window of two shards", 20, explained);
    }
}
