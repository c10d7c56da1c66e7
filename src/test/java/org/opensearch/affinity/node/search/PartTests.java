package org.opensearch.affinity.node.search;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.search.SearchHit;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The parts {@code graph} and {@code factors} of models: as signals, in explanations, of new items, as sources of home pages. */
public class PartTests extends TrainedModelTestCase {
    private static final int OF_A_KIND = 20;
    private static final String ANN = "\"tracker\": \"t\", \"user\": \"ann\", \"weight\": 0";
    private static final List<String> PARTS = List.of("graph", "factors");

    private static float[] content(int kind) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (d == kind ? 1 : 0) + (float) (0.1 * random().nextGaussian());
        }
        return VectorUtil.l2normalize(vector);
    }

    /** Users take a dozen of the items of one kind. One item of each kind has no events. */
    private void kinds(int shards) throws Exception {
        createItems("shop", shards, "");
        for (int kind = 0; kind < 2; kind++) {
            for (int i = 0; i < OF_A_KIND; i++) {
                index("shop", "k" + kind + "_" + i, item(2, content(kind)));
            }
            index("shop", "new" + kind, item(2, content(kind)));
        }
        for (int i = 0; i < OF_A_KIND; i++) {
            // Nobody takes both kinds. With 60 known items, contents can be learned from.
            index("shop", "k2_" + i, item(2, content(2)));
        }
        index("shop", "vectorless", Map.of("base", 2));
        refresh("shop");
        track("t", "shop", "");
        for (int user = 0; user < 60; user++) {
            for (int i = 0; i < 6; i++) {
                event("u" + user, "click", "k" + user % 3 + "_" + (user / 3 + i * i) % OF_A_KIND);
            }
        }
        event("ann", "click", "k0_0");
        awaitProfiles("t");
        refresh("ubi_events");
    }

    private Map<String, Float> scores(String part) throws Exception {
        return rescored("shop", 200, ANN + ", \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"" + part + "\": 3}", "").scores();
    }

    public void testPartsRank() throws Exception {
        kinds(randomIntBetween(1, 3));
        Map<String, Object> model = train("{\"activate\": true, \"parts\": [\"graph\", \"factors\"]}");
        assertEquals(List.copyOf(PARTS), List.copyOf(((Map<?, ?>) model.get("parts")).keySet()));
        for (String part : PARTS) {
            Map<String, Float> scores = scores(part);
            double own = mean(scores, "k0_");
            double others = Math.max(mean(scores, "k1_"), mean(scores, "k2_"));
            assertTrue(part + " " + scores, own > 2 * others);
            assertTrue(part + ", a new item of the same kind: " + scores, scores.get("new0") > 1.2 * scores.get("new1"));
            assertEquals("without events and vector", 2f, scores.get("vectorless"), 0f);
        }
        assertEquals("by default they weigh nothing", mean(rescored("shop", 200, ANN + ", \"signals\": {\"popularity\": 0}", "").scores(), "k1_"), 2, 1e-6);
        use(1, UseModelAction.Operation.DEACTIVATE);
        assertEquals("without a model", 2f, scores("graph").get("k0_1"), 0f);
    }

    private static double mean(Map<String, Float> scores, String prefix) {
        return IntStream.range(1, OF_A_KIND).mapToDouble(i -> scores.get(prefix + i)).average().orElseThrow();
    }

    public void testExplainedToTheLastBit() throws Exception {
        kinds(2);
        train("{\"activate\": true, \"parts\": [\"graph\", \"factors\"]}");
        String parameters = ANN + ", \"signals\": {\"graph\": 2, \"factors\": 3}";
        Answer answer = rescored("shop", 200, parameters, ", \"explain\": true");
        for (SearchHit hit : answer.response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
            assertTrue(hit.getExplanation().toString().contains("by graph convolution"));
        }
    }

    /** Reasons name the items of the history that make a part's value; for a history of one item that is all of it. */
    @SuppressWarnings("unchecked")
    public void testReasonsAreItemsOfTheHistory() throws Exception {
        kinds(1);
        train("{\"activate\": true, \"parts\": [\"graph\", \"factors\"]}");
        String signals = ", \"why\": true, \"signals\": {\"popularity\": 0, \"neighbours\": 1, \"graph\": 2, \"factors\": 3}";
        for (String user : List.of("ann", "u3")) {
            String parameters = ANN.replace("ann", user) + signals;
            Set<String> history = user.equals("ann") ? Set.of("k0_0") : IntStream.range(0, 6).mapToObj(i -> "k0_" + (1 + i * i) % OF_A_KIND).collect(Collectors.toSet());
            Set<String> parts = new HashSet<>();
            for (SearchHit hit : rescored("shop", 200, parameters, ", \"explain\": true").response().getHits()) {
                Map<String, Object> reasons = hit.field("_affinity").getValue();
                for (Map<String, Object> part : (List<Map<String, Object>>) reasons.getOrDefault("parts", List.of())) {
                    parts.add((String) part.get("signal"));
                    List<Map<String, Object>> items = (List<Map<String, Object>>) part.get("items");
                    assertTrue(items.toString(), items.size() <= 3 && items.stream().allMatch(item -> history.contains(item.get("id"))));
                    double sum = items.stream().mapToDouble(item -> (double) item.get("share")).sum();
                    if (history.size() == 1) {
                        assertEquals((double) part.get("value"), sum, 1e-6);
                    }
                    assertTrue(hit.getExplanation().toString().contains("share of the value from item [" + items.getFirst().get("id") + "]"));
                }
            }
            assertEquals(user, Set.of("neighbours", "graph", "factors"), parts);
        }
    }

    /** The places of a home page are filled by what the parts rank first. */
    public void testPartsFind() throws Exception {
        kinds(2);
        train("{\"activate\": true, \"parts\": [\"graph\", \"factors\"]}");
        for (String part : PARTS) {
            String query = """
                {"size": 10, "query": {"affinity": {"tracker": "t", "user": "ann", "exclude_seen": true, "k": 5, "num_candidates": 5, "weight": 0,
                 "signals": {"popularity": 0, "neighbours": 0, "%s": 3}}}}""".formatted(part);
            List<String> ids = search("shop", query).ids();
            assertTrue(part + " " + ids, ids.size() >= 5 && ids.subList(0, 5).stream().allMatch(id -> id.startsWith("k0_")));
        }
    }

    public void testRetrainingKeepsThePartsAndTheirSettings() throws Exception {
        kinds(1);
        Map<String, Object> first = train("{\"activate\": true, \"parts\": \"graph\"}");
        Map<String, Float> before = scores("graph");
        Map<String, Object> again = train("{\"activate\": true, \"weights_of\": 1}");
        assertEquals(first.get("parts"), again.get("parts"));
        assertEquals(before, scores("graph"));
    }

    /** A part is in the model, or the answer says why it is not, and it weighs nothing. */
    public void testAutoKeepsWhatHelps() throws Exception {
        kinds(1);
        String queries = IntStream.range(0, 60).mapToObj(user -> """
            {"user_id": "u%s", "user_query": "x", "timestamp": %s, "relevant": ["k%s_%s"]}""".formatted(
            user, System.currentTimeMillis() + 1_000_000, user % 3, (user / 3 + 36) % OF_A_KIND
        )).collect(Collectors.joining(",", "\"queries\": [", "]"));
        Map<String, Object> model = train("{\"parts\": \"auto\", \"search\": {" + BY_BASE + "}, " + queries + "}");
        Map<?, ?> weights = (Map<?, ?>) ((Map<?, ?>) model.get("ranking")).get("signals");
        Map<?, ?> parts = model.get("parts") instanceof Map<?, ?> some ? some : Map.of();
        for (String part : PARTS) {
            assertEquals(model.toString(), parts.containsKey(part), ((Map<?, ?>) model.getOrDefault("parts_left_out", Map.of())).containsKey(part) == false);
            assertTrue(model.toString(), parts.containsKey(part) || ((Number) weights.get(part)).doubleValue() == 0);
        }
        Map<String, Object> withoutQueries = train("{\"parts\": \"auto\"}");
        assertFalse(withoutQueries.containsKey("parts"));
        String reason = "no judged queries show whether it helps";
        assertEquals(Map.of("graph", reason, "factors", reason), withoutQueries.get("parts_left_out"));
        CircuitBreaker breaker = getInstanceFromNode(CircuitBreakerService.class).getBreaker(CircuitBreaker.REQUEST);
        assertBusy(() -> assertEquals(0, breaker.getUsed()));
    }

    public void testUnknownParts() throws Exception {
        shop(1);
        Exception e = expectThrows(IllegalArgumentException.class, () -> train("{\"parts\": [\"grahp\"]}"));
        assertTrue(e.getMessage(), e.getMessage().contains("[parts] unknown part [grahp]; name some of [neighbours, graph, factors]"));
        e = expectThrows(IllegalArgumentException.class, () -> train("{\"weights_of\": 1, \"parts\": [\"graph\"]}"));
        assertTrue(e.getMessage(), e.getMessage().contains("[weights_of] takes the weights and the parts of another model"));
    }
}
