package org.opensearch.affinity.node.search;

import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which weights a training learns from judged queries, and what it must not learn from. */
public class LearnedWeightsTests extends TrainedModelTestCase {
    /** Times of queries in {@link #queries}: before all events, and after them. */
    private static final long BEFORE = 1;
    private static final long AFTER = System.currentTimeMillis() + 1_000_000;

    /** Fifty queries of ten users at a time, epoch milliseconds, for which the pen is relevant. */
    private static String queries(long time) {
        return IntStream.range(0, 50).mapToObj(i -> """
            {"user_id": "a%s", "user_query": "x", "timestamp": %s, "relevant": ["pen"]}""".formatted(i % 10, time)).collect(
            Collectors.joining(", ", "\"queries\": [", "]")
        );
    }

    private static Map<?, ?> fusion(Map<String, Object> model) {
        return (Map<?, ?>) model.get("fusion");
    }

    public void testOnlyNamedSignalsGetWeights() throws Exception {
        shop(1);
        Map<String, Object> model = train("{\"signals\": [\"seen\", \"neighbours\"]}");
        Map<String, Object> others = Stream.of(
            "meaning", "popularity", "popularity_all_time", "seen_last", "graph", "factors", "ratings", "attention", "vae", "concepts", "segments"
        ).collect(Collectors.toMap(name -> name, name -> 0.0));
        Map<String, Object> signals = new HashMap<>(others);
        signals.put("neighbours", DEFAULT_NEIGHBOURS_WEIGHT);
        assertEquals(Map.of("weight", 0.0, "signals", signals), model.get("ranking"));
        model = train("{\"signals\": [\"affinity\"], \"search\": {" + BY_BASE + "}, " + queries(BEFORE) + "}");
        signals.put("neighbours", 0.0);
        signals.put("seen", 0.0);
        assertEquals(signals, ((Map<?, ?>) model.get("ranking")).get("signals"));
    }

    /** The profile that the query reads contains events after the judged search, which cannot be learned from. */
    public void testSearchesThatReadProfilesTeachNothingOfEarlierQueries() throws Exception {
        shop(1);
        String search = """
            "search": {"query": {"boosting": {"negative_boost": 0.5, "negative": {"match_none": {}}, "positive": {"bool": {"should": [
              {"match_all": {}}, {"%s": {"tracker": "t", "user": "{{user_id}}"}}
            ]}}}}}""";
        for (String query : List.of("affinity_seen", "affinity")) {
            for (long time : new long[] { BEFORE, AFTER }) {
                Map<?, ?> fusion = fusion(train("{" + search.formatted(query) + ", " + queries(time) + "}"));
                assertEquals(query + time, time == AFTER, (int) fusion.get("lessons") > 0);
            }
        }
    }

    /**
     * Each user took an item that no other user took, right after the judged search. If a training used these events, the rankings that it
     * learns from would be perfect. The model that is trained may use them.
     */
    public void testEventsAfterASearchTeachNothingOfIt() throws Exception {
        createItems("shop", 1, "");
        int users = 60;
        for (int i = 0; i < users; i++) {
            index("shop", "had" + i, item(2, randomVector()));
            index("shop", "wanted" + i, item(2, randomVector()));
        }
        refresh("shop");
        track("t", "shop", "");
        for (int i = 0; i < users; i++) {
            event("u" + i, "click", "had" + i);
        }
        for (int i = 0; i < users; i++) {
            event("u" + i, "click", "wanted" + i);
        }
        awaitProfiles("t");
        refresh("ubi_events");
        long between = 1_700_000_000_000L + 1_000L * users;
        String queries = IntStream.range(0, users).mapToObj(i -> """
            {"user_id": "u%s", "user_query": "x", "timestamp": %s, "relevant": ["wanted%s"]}""".formatted(i, between, i)).collect(
            Collectors.joining(",")
        );
        Map<String, Object> model = train("{\"search\": {" + BY_BASE + "}, \"queries\": [" + queries + "]}");
        Map<?, ?> fusion = fusion(model);
        assertEquals(users, (int) fusion.get("lessons") + (int) fusion.get("checks"));
        assertTrue(fusion.toString(), (double) fusion.get("ndcg@10_after") < 0.5);
        Map<?, ?> withoutText = (Map<?, ?>) ((Map<?, ?>) model.get("for_you")).get("fusion");
        assertEquals(users, (int) withoutText.get("lessons") + (int) withoutText.get("checks"));
        assertTrue(withoutText.toString(), (double) withoutText.get("ndcg@10_after") < 0.5);
        use((int) model.get("number"), UseModelAction.Operation.ACTIVATE);
        // Other signals have learned weights: no query wanted an item of its user's history.
        String neighbours = """
            "tracker": "t", "user": "u7", "weight": 0, "relevance": 1, "signals": {"neighbours": 4, "seen": 0, "seen_last": 0}""";
        float score = rescored("shop", 200, neighbours, "").scores().get("had7");
        assertTrue(score + " by " + model.get("ranking"), score > 2);
        assertEquals("the model of the earlier half of the log is deleted", 1, models().size());
    }

    /** Seventy users with histories, and the queries of thirty of them before all events, from which weights are learned. */
    private String manyUsers() throws Exception {
        createItems("shop", 1, "");
        for (int i = 0; i < 40; i++) {
            index("shop", "p" + i, item(2, randomVector()));
        }
        refresh("shop");
        track("t", "shop", "");
        for (int i = 0; i < 70; i++) {
            for (int place = 0; place < 5; place++) {
                event("u" + i, "click", "p" + (i + place * place) % 40);
            }
        }
        awaitProfiles("t");
        refresh("ubi_events");
        return IntStream.range(0, 60).mapToObj(i -> """
            {"user_id": "u%s", "user_query": "x", "timestamp": %s, "relevant": ["p%s"]}""".formatted(i % 30, BEFORE, i % 40)).collect(
            Collectors.joining(",", "{\"activate\": true, \"search\": {" + BY_BASE + "}, \"queries\": [", "]}")
        );
    }

    /** Parameters of a search, each with a comma before it. */
    private static String parameters(Map<String, Object> ranking) throws IOException {
        try (XContentBuilder json = XContentFactory.jsonBuilder()) {
            String object = json.map(ranking).toString();
            return ", " + object.substring(1, object.length() - 1);
        }
    }

    /**
     * Searches by text want items of a high base score, whatever the user took; what users want without a text is what goes with what they took. So the
     * query {@code affinity} has weights of its own.
     */
    @SuppressWarnings("unchecked")
    public void testSearchesWithoutATextHaveTheirOwnWeights() throws Exception {
        createItems("shop", 2, "");
        for (int i = 0; i < 40; i++) {
            index("shop", "p" + i, item(i < 20 ? 90 : 1, randomVector()));
        }
        refresh("shop");
        track("t", "shop", "");
        for (int user = 0; user < 60; user++) {
            event("u" + user, "click", "p" + (20 + user % 20));
            event("u" + user, "click", "p" + user % 20);
        }
        for (int user = 60; user < 100; user++) {
            event("u" + user, "click", "p" + (20 + user % 20));
        }
        awaitProfiles("t");
        refresh("ubi_events");
        String queries = IntStream.range(60, 100).mapToObj(i -> """
            {"user_id": "u%s", "user_query": "x", "timestamp": %s, "relevant": ["p%s"]}""".formatted(i, AFTER, i % 20)).collect(
            Collectors.joining(",")
        );
        Map<String, Object> model = train("{\"activate\": true, \"search\": {" + BY_BASE + "}, \"queries\": [" + queries + "]}");
        Map<String, Object> forYou = (Map<String, Object>) model.get("for_you");
        Map<String, Object> ranking = (Map<String, Object>) forYou.get("ranking");
        assertFalse(ranking.toString(), ranking.containsKey("relevance"));
        Map<String, Double> signals = (Map<String, Double>) ranking.get("signals");
        assertFalse(signals.toString(), signals.keySet().stream().anyMatch(name -> name.equals("meaning") || name.startsWith("match_")));
        assertTrue(signals.toString(), signals.get("neighbours") > 0);
        String query = "{\"size\": 100, \"query\": {\"affinity\": {\"tracker\": \"t\", \"user\": \"u65\"%s}}}";
        Answer found = search("shop", query.formatted(""));
        assertEquals(search("shop", query.formatted(parameters(ranking))).scores(), found.scores());
        Map<String, Object> weightsByText = new HashMap<>((Map<String, Object>) model.get("ranking"));
        String rescore = "\"tracker\": \"t\", \"user\": \"u65\"";
        String explicit = rescore + parameters(weightsByText);
        assertEquals("a search by text", rescored("shop", 100, explicit, "").scores(), rescored("shop", 100, rescore, "").scores());
        weightsByText.remove("relevance");
        assertNotEquals(search("shop", query.formatted(parameters(weightsByText))).scores(), found.scores());
        Map<String, Object> reused = train("{\"weights_of\": " + model.get("number") + "}");
        assertEquals(ranking, ((Map<?, ?>) reused.get("for_you")).get("ranking"));
    }

    /** Weights are learned for the scale of signals, which depends on the settings of the model. */
    public void testRetrainingOnTheSameLogChangesNoOrder() throws Exception {
        Map<String, Object> learned = train(manyUsers());
        Map<String, Object> retrained = train("{\"weights_of\": " + learned.get("number") + "}");
        assertEquals(learned.get("number"), retrained.get("weights_of"));
        for (String member : List.of("ranking", "keep", "neighbours", "typical_similarity", "events")) {
            assertEquals(member, learned.get(member), retrained.get(member));
        }
        for (int user = 0; user < 70; user += 7) {
            String ofUser = "\"tracker\": \"t\", \"user\": \"u" + user + "\", \"signals\": {\"neighbours\": 3}";
            use((int) learned.get("number"), UseModelAction.Operation.ACTIVATE);
            Map<String, Float> before = rescored("shop", 100, ofUser, "").scores();
            use((int) retrained.get("number"), UseModelAction.Operation.ACTIVATE);
            assertEquals(before, rescored("shop", 100, ofUser, "").scores());
            assertTrue(before.toString(), before.values().stream().distinct().count() > 3);
        }
    }

    /** One user who takes two items again and again makes them more similar than all others. */
    public void testAFewExtremeSimilaritiesDoNotChangeTheScale() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        float before = scoresOfAnn("").get("bulb");
        for (int i = 0; i < 4; i++) {
            event("collector", "purchase", "desk");
            event("collector", "purchase", "pen");
        }
        awaitProfiles("t");
        refresh("ubi_events");
        train("{\"weights_of\": 1, \"activate\": true}");
        assertEquals(before, scoresOfAnn("").get("bulb"), 0.05 * before);
    }

    public void testTwoEventsAreTooFewForWeights() throws Exception {
        createItems("shop", 1, "");
        index("shop", "lamp", item(2, 1, 0, 0, 0));
        refresh("shop");
        track("t", "shop", "");
        event("ann", "click", "lamp");
        event("ann", "dislike", "unknown");
        assertBusy(() -> refresh("ubi_events"));
        Map<String, Object> model = train("{\"activate\": true, \"search\": {" + BY_BASE + "}, \"queries\": ["
            + "{\"user_id\": \"ann\", \"user_query\": \"x\", \"timestamp\": 1, \"relevant\": [\"lamp\"]}]}");
        assertEquals(false, fusion(model).get("accepted"));
        assertEquals(2f, scoresOfAnn("").get("lamp"), 0f);
    }
}
