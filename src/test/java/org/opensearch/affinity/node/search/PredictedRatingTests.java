package org.opensearch.affinity.node.search;

import org.opensearch.ExceptionsHelper;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.search.SearchHit;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The part {@code ratings} of models: as a signal, in explanations, and what a training must not learn of it. */
public class PredictedRatingTests extends TrainedModelTestCase {
    private static final int ITEMS_OF_A_KIND = 8;
    private static final String SIGNALS = "\"signals\": {\"popularity\": 0, \"neighbours\": 0, \"ratings\": 1}";
    private static final String TRAIN = "{\"activate\": true, \"parts\": [\"ratings\"]}";

    private static String of(String user) {
        return "\"tracker\": \"t\", \"user\": \"" + user + "\", \"weight\": 0, " + SIGNALS;
    }

    /** Half of the users rate one kind of items high and the other low; the others do the opposite. */
    private void twoKinds(int shards) throws Exception {
        createItems("shop", shards, "");
        for (int i = 0; i < ITEMS_OF_A_KIND; i++) {
            index("shop", "even" + i, item(2, randomVector()));
            index("shop", "odd" + i, item(2, randomVector()));
        }
        for (String item : List.of("good", "bad", "unrated", "unknown")) {
            index("shop", item, item(2, randomVector()));
        }
        refresh("shop");
        track("t", "shop", "");
        for (int user = 0; user < 60; user++) {
            for (int i = 0; i < 5; i++) {
                rate("u" + user, "even" + (user / 2 + i) % ITEMS_OF_A_KIND, user % 2 == 0 ? 5 : 1);
                rate("u" + user, "odd" + (user / 2 + i) % ITEMS_OF_A_KIND, user % 2 == 0 ? "1" : "5.0");
            }
            rate("u" + user, "good", 5);
            rate("u" + user, "bad", 1);
            event("u" + user, "click", "unrated");
        }
        // The newest rating of an item counts; an event without a rating changes none.
        for (Map.Entry<String, List<Integer>> one : Map.of("ann", List.of(5, 1), "bob", List.of(1, 5)).entrySet()) {
            rate(one.getKey(), "even0", 6 - one.getValue().getFirst());
            for (int i = 0; i < 3; i++) {
                rate(one.getKey(), "even" + i, one.getValue().getFirst());
                rate(one.getKey(), "odd" + i, one.getValue().getLast());
            }
            event(one.getKey(), "click", "even0");
        }
        event("cal", "click", "even1");
        awaitProfiles("t");
        refresh("ubi_events");
    }

    private Map<String, Float> scores(String user) throws Exception {
        return rescored("shop", 200, of(user), "").scores();
    }

    private static double mean(Map<String, Float> scores, String kind) {
        return IntStream.range(0, ITEMS_OF_A_KIND).mapToDouble(i -> scores.get(kind + i)).average().orElseThrow();
    }

    private static double least(Map<String, Float> scores, String kind) {
        return IntStream.range(0, ITEMS_OF_A_KIND).mapToDouble(i -> scores.get(kind + i)).min().orElseThrow();
    }

    private static double largest(Map<String, Float> scores, String kind) {
        return IntStream.range(0, ITEMS_OF_A_KIND).mapToDouble(i -> scores.get(kind + i)).max().orElseThrow();
    }

    public void testOppositeRatingsOppositeRankings() throws Exception {
        twoKinds(randomIntBetween(1, 3));
        Map<String, Object> part = part(train(TRAIN));
        assertEquals("of ann and bob, the newest of two", 60 * 12 + 2 * 6, part.get("ratings"));
        assertEquals(List.of(1.0, 5.0), List.of(part.get("min"), part.get("max")));
        Map<String, Float> ann = scores("ann");
        assertTrue(ann.toString(), least(ann, "even") > largest(ann, "odd"));
        Map<String, Float> bob = scores("bob");
        assertTrue(bob.toString(), least(bob, "odd") > largest(bob, "even"));
        Map<String, Float> eve = scores("eve");
        assertTrue("how good an item is, for a user without a profile: " + eve, eve.get("good") > 1.1 * eve.get("bad"));
        assertEquals("liked as often as disliked", mean(eve, "even"), mean(eve, "odd"), 0.1);
        assertEquals("nobody rated it: the mean, not 0", mean(eve, "even"), eve.get("unrated"), 0.1);
        assertTrue("it has a value: " + eve, eve.get("unrated") > 2.2);
        assertEquals("no event names it", eve.get("unrated"), eve.get("unknown"));
        assertEquals("events without ratings", eve, scores("cal"));
        String defaults = of("ann").replace("\"ratings\": 1", "\"graph\": 0");
        assertEquals("by default it weighs nothing", 2f, rescored("shop", 200, defaults, "").scores().get("even1"), 0f);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> part(Map<String, Object> model) {
        return (Map<String, Object>) ((Map<?, ?>) model.get("parts")).get("ratings");
    }

    /** Explained to the last bit, by the items of the history without whose rating the value would be lower. */
    @SuppressWarnings("unchecked")
    public void testExplainedByRatedItems() throws Exception {
        twoKinds(2);
        train(TRAIN);
        Set<String> rated = IntStream.range(0, 3).boxed().flatMap(i -> List.of("even" + i, "odd" + i).stream()).collect(Collectors.toSet());
        Set<String> named = new HashSet<>();
        for (SearchHit hit : rescored("shop", 200, of("ann") + ", \"why\": true", ", \"explain\": true").response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
            assertTrue(hit.getExplanation().toString().contains("place of the predicted rating in the range of the ratings"));
            Map<String, Object> reasons = hit.field("_affinity").getValue();
            Map<String, Object> ratings = ((List<Map<String, Object>>) reasons.get("parts")).getFirst();
            assertEquals("ratings", ratings.get("signal"));
            List<Map<String, Object>> items = (List<Map<String, Object>>) ratings.get("items");
            assertTrue(items.toString(), items.size() <= 3 && items.stream().allMatch(item -> rated.contains(item.get("id"))));
            items.forEach(item -> named.add((String) item.get("id")));
            if (hit.getId().equals("even7")) {
                assertTrue(items.toString(), (double) items.getFirst().get("share") > 0);
            }
        }
        assertFalse(named.isEmpty());
        Map<String, Object> ofCal = rescored("shop", 200, of("cal") + ", \"why\": true", "").response().getHits().getAt(0).field("_affinity").getValue();
        assertFalse("no rating of cal counts: " + ofCal, ofCal.containsKey("parts"));
    }

    public void testRetrainingKeepsThePartAndItsSettings() throws Exception {
        twoKinds(1);
        String settings = ", \"settings\": {\"ratings\": {\"dimension\": 5, \"nu\": 0.25}}}";
        Map<String, Object> first = part(train(TRAIN.replace("]}", "]" + settings)));
        assertEquals(List.of(5, 0.25), List.of(first.get("dimension"), first.get("nu")));
        Map<String, Float> before = scores("ann");
        assertEquals(first, part(train("{\"activate\": true, \"weights_of\": 1}")));
        assertEquals(before, scores("ann"));
    }

    public void testWithoutRatings() throws Exception {
        shop(1);
        Exception e = expectThrows(Exception.class, () -> train(TRAIN));
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
        assertTrue(e.getMessage(), ExceptionsHelper.unwrapCause(e).getMessage().contains("but no event of the log has a rating"));
        assertEquals(List.of(), models());
        train("{\"activate\": true}");
        Answer answer = rescored("shop", 200, of("ann"), "");
        assertTrue(answer.warnings().toString(), answer.warnings().getFirst().contains("signal [ratings] is 0 for all items"));
        assertEquals(2f, answer.scores().get("lamp"), 0f);
        rate("ann", "tent", 4);
        refresh("ubi_events");
        String queries = IntStream.range(0, 60).mapToObj(i -> """
            {"user_id": "a%s", "user_query": "x", "timestamp": %s, "relevant": ["pen"]}""".formatted(i % 10, System.currentTimeMillis())).collect(
            Collectors.joining(", ", "\"queries\": [", "]")
        );
        Map<?, ?> leftOut = (Map<?, ?>) train("{\"parts\": \"auto\", \"search\": {" + BY_BASE + "}, " + queries + "}").get("parts_left_out");
        assertEquals("fewer than 50 users rated two items", leftOut.get("ratings"));
        assertEquals("a single rating is enough for a part that is named", 1, part(train(TRAIN)).get("ratings"));
    }

    /** How generous a user is counts as well: for two users who tell nothing else. */
    public void testGenerousUsers() throws Exception {
        twoKinds(1);
        train(TRAIN);
        for (String item : List.of("even0", "odd0", "even1", "odd1")) {
            rate("generous", item, 5);
            rate("strict", item, 1);
        }
        awaitProfiles("t");
        Map<String, Float> generous = scores("generous");
        Map<String, Float> strict = scores("strict");
        for (String item : List.of("even5", "odd5", "unrated", "unknown")) {
            assertTrue(item + " of " + generous + " and " + strict, generous.get(item) > 1.1 * strict.get(item));
        }
        SearchHit best = rescored("shop", 200, of("generous") + ", \"why\": true", "").response().getHits().getAt(0);
        Map<String, Object> reasons = best.field("_affinity").getValue();
        assertEquals("the largest rating", 1.0, ((Number) ((Map<?, ?>) ((List<?>) reasons.get("parts")).getFirst()).get("value")).doubleValue(), 1e-6);
    }

    /** The places of a home page are filled by others, and ranked by ratings. */
    public void testHomePage() throws Exception {
        twoKinds(1);
        train(TRAIN);
        List<String> ids = search("shop", "{\"size\": 8, \"query\": {\"affinity\": {" + of("bob") + ", \"k\": 50, \"num_candidates\": 50}}}").ids();
        assertTrue(ids.toString(), ids.stream().filter(id -> id.startsWith("odd")).count() >= 5 && ids.stream().noneMatch(id -> id.startsWith("even")));
    }

    /**
     * After the search, all who asked rate items of one kind high, and those of the other kind low. A model or a profile with these ratings would
     * rank the wanted items first. The model that is trained may use them.
     */
    public void testRatingsAfterASearchTeachNothingOfIt() throws Exception {
        twoKinds(1);
        int users = 60;
        for (int i = 0; i < users; i++) {
            event("q" + i, "click", "unrated");
        }
        long between = nextTime();
        for (int i = 0; i < users; i++) {
            for (int item = 0; item < 4; item++) {
                rate("q" + i, "even" + (i + item) % ITEMS_OF_A_KIND, 5);
                rate("q" + i, "odd" + (i + item) % ITEMS_OF_A_KIND, 1);
            }
        }
        awaitProfiles("t");
        refresh("ubi_events");
        String wanted = IntStream.range(0, ITEMS_OF_A_KIND).mapToObj(i -> "\"even" + i + "\"").collect(Collectors.joining(","));
        String queries = IntStream.range(0, users).mapToObj(i -> """
            {"user_id": "q%s", "user_query": "x", "timestamp": %s, "relevant": [%s]}""".formatted(i, between, wanted)).collect(
            Collectors.joining(",")
        );
        String signals = "\"signals\": [\"ratings\"], \"parts\": [\"ratings\"]";
        Map<String, Object> model = train("{\"search\": {" + BY_BASE + "}, " + signals + ", \"queries\": [" + queries + "]}");
        Map<?, ?> fusion = (Map<?, ?>) model.get("fusion");
        assertEquals(users, (int) fusion.get("lessons") + (int) fusion.get("checks"));
        assertTrue(fusion.toString(), (double) fusion.get("ndcg@10_after") < 0.73);
        assertEquals("the model itself learns from all ratings", 60 * 12 + 2 * 6 + users * 8, part(model).get("ratings"));
    }
}
