package org.opensearch.affinity.node.search;

import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.model.OpenModel;
import org.opensearch.affinity.model.PartScores;
import org.opensearch.affinity.model.PastItems;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.search.SearchHit;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The parts {@code graph} and {@code factors} of models: as signals, in explanations, of new items, as sources of home pages. */
public class PartTests extends PartTestCase {
    private static final List<String> PARTS = List.of("graph", "factors");

    public void testPartsRank() throws Exception {
        kinds(randomIntBetween(1, 3));
        Map<String, Object> model = train("{\"activate\": true, \"parts\": [\"graph\", \"factors\"]}");
        assertEquals(List.copyOf(PARTS), List.copyOf(((Map<?, ?>) model.get("parts")).keySet()));
        for (String part : PARTS) {
            assertRanks(part, 2, 1.2);
        }
        assertEquals("by default they weigh nothing", mean(rescored("shop", 200, ANN + ", \"signals\": {\"popularity\": 0}", "").scores(), "k1_"), 2, 1e-6);
        use(1, UseModelAction.Operation.DEACTIVATE);
        assertEquals("without a model", 2f, scores("graph").get("k0_1"), 0f);
    }

    public void testSettingsThatAreGiven() throws Exception {
        kinds(1);
        String settings = "{\"graph\": {\"dimension\": 5}, \"factors\": {\"iterations\": 3}, \"neighbours\": {\"closeness\": 0.95, \"keep\": 0.55}}";
        Map<String, Object> model = train("{\"parts\": [\"graph\", \"factors\"], \"settings\": " + settings + "}");
        assertEquals(0.55, model.get("keep"));
        assertEquals(0.95, ((Map<?, ?>) model.get("neighbours")).get("closeness"));
        Map<?, ?> parts = (Map<?, ?>) model.get("parts");
        assertEquals(5, ((Map<?, ?>) parts.get("graph")).get("dimension"));
        assertEquals(3, ((Map<?, ?>) parts.get("factors")).get("iterations"));
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
            List<String> ids = found(part);
            assertTrue(part + " " + ids, ids.stream().allMatch(id -> id.startsWith("k0_")));
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
        Map<String, Object> model = train("{\"parts\": \"auto\", \"search\": {" + BY_BASE + "}, " + queries() + "}");
        Map<?, ?> weights = (Map<?, ?>) ((Map<?, ?>) model.get("ranking")).get("signals");
        Map<?, ?> parts = model.get("parts") instanceof Map<?, ?> some ? some : Map.of();
        for (String part : PARTS) {
            assertEquals(model.toString(), parts.containsKey(part), ((Map<?, ?>) model.getOrDefault("parts_left_out", Map.of())).containsKey(part) == false);
            assertTrue(model.toString(), parts.containsKey(part) || ((Number) weights.get(part)).doubleValue() == 0);
        }
        Map<String, Object> withoutQueries = train("{\"parts\": \"auto\"}");
        assertFalse(withoutQueries.containsKey("parts"));
        String reason = "no judged queries show whether it helps";
        Map<String, String> all = Map.of("graph", reason, "factors", reason, "ratings", reason, "attention", reason, "vae", reason, "concepts", reason, "segments", reason);
        assertEquals(all, withoutQueries.get("parts_left_out"));
        CircuitBreaker breaker = getInstanceFromNode(CircuitBreakerService.class).getBreaker(CircuitBreaker.REQUEST);
        assertBusy(() -> assertEquals(0, breaker.getUsed()));
    }

    public void testWarningAboutAPartThatTheModelDoesNotHave() throws Exception {
        kinds(2);
        train("{\"activate\": true, \"parts\": [\"graph\"]}");
        String signals = "\"signals\": {\"graph\": 2, \"factors\": 3}";
        String warning = "[affinity] signal [factors] is 0 for all items: the active model [1] was trained without this part; train one with the parameter [parts]";
        String found = "{\"query\": {\"affinity\": {\"tracker\": \"t\", \"user\": \"ann\", \"exclude_seen\": true, " + signals + "}}}";
        for (Answer answer : List.of(rescored("shop", 200, ANN + ", " + signals, ""), search("shop", found))) {
            assertEquals(answer.warnings().toString(), 1, answer.warnings().size());
            assertTrue(answer.warnings().toString(), answer.warnings().getFirst().contains(warning));
        }
        assertEquals(List.of(), rescored("shop", 200, ANN + ", \"signals\": {\"graph\": 2, \"factors\": 0}", "").warnings());
        use(1, UseModelAction.Operation.DEACTIVATE);
        assertEquals("no model is active", List.of(), rescored("shop", 200, ANN + ", " + signals, "").warnings());
    }

    public void testOpenedOnceItIsActive() throws Exception {
        kinds(1);
        train("{\"parts\": [\"graph\"]}");
        LocalModels models = getInstanceFromNode(RankNode.class).models();
        assertFalse(models.isOpen(IndexNames.MODELS.index("t", 1)));
        use(1, UseModelAction.Operation.ACTIVATE);
        assertBusy(() -> assertTrue(models.isOpen(IndexNames.MODELS.index("t", 1))));
    }

    /** Who holds a model reads it to the end. Without that, all is unknown once it is deleted. */
    public void testDeletedWhileItIsRead() throws Exception {
        kinds(1);
        train("{\"parts\": [\"graph\"]}");
        LocalModels models = getInstanceFromNode(RankNode.class).models();
        OpenModel model = models.open(IndexNames.MODELS.index("t", 1));
        PartScores scores = model.scores("graph", PastItems.of(List.of("k0_0")));
        int item = model.document(ItemRow.hash(new BytesRef("k0_1")));
        double score = scores.open().of(item);
        assertTrue("" + score, score > 0);
        assertTrue(model.tryIncRef());
        use(1, UseModelAction.Operation.DELETE);
        assertNull(models.open(IndexNames.MODELS.index("t", 1)));
        PartScores.Reader reader = scores.open();
        assertEquals(score, reader.of(item), 0);
        model.decRef();
        assertFalse(model.tryIncRef());
        assertEquals(PartScores.UNKNOWN, scores.open().of(item), 0);
        assertEquals(PartScores.UNKNOWN, model.scores("graph", PastItems.of(List.of("k0_0"))).open().of(item), 0);
        assertEquals(0, model.similarities(List.of("k0_0"), new float[] { 1 }).sums().size());
    }

    /** A search is ranked by one model with all its parts, or, if the model is deleted before its shard reads it, by none. */
    public void testSwitchedAndDeletedWhilePeopleSearch() throws Exception {
        kinds(1);
        Set<Map<String, Float>> possible = ConcurrentHashMap.newKeySet();
        possible.add(scoresByParts());
        int last = 5;
        for (int number = 1; number <= last; number++) {
            train("{\"activate\": true, \"parts\": [\"graph\", \"factors\"]}");
            possible.add(scoresByParts());
            event("u" + number, "click", "k0_" + number);
            event("u" + number, "click", "k1_" + number);
            refresh("ubi_events");
        }
        assertEquals("rankings to be told apart", 1 + last, possible.size());
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService people = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> searches = IntStream.range(0, 2).mapToObj(person -> people.submit(() -> search(possible, over))).toList();
            try {
                use(1, UseModelAction.Operation.ACTIVATE);
                for (int number = 2; number <= last; number++) {
                    use(number, UseModelAction.Operation.ACTIVATE);
                    use(number - 1, UseModelAction.Operation.DELETE);
                }
                use(last, UseModelAction.Operation.DEACTIVATE);
                use(last, UseModelAction.Operation.DELETE);
            } finally {
                over.set(true);
            }
            for (Future<Integer> search : searches) {
                assertTrue(search.get() > 0);
            }
        }
    }

    private Map<String, Float> scoresByParts() throws Exception {
        String signals = "\"signals\": {\"popularity\": 0, \"neighbours\": 1, \"graph\": 2, \"factors\": 3}";
        return rescored("shop", 200, ANN + ", " + signals, "").scores();
    }

    private int search(Set<Map<String, Float>> possible, AtomicBoolean over) throws Exception {
        int searches = 0;
        for (; over.get() == false; searches++) {
            Map<String, Float> scores = scoresByParts();
            assertTrue("ranked by no model that there is, or by two: " + scores, possible.contains(scores));
        }
        return searches;
    }

    public void testUnknownParts() throws Exception {
        shop(1);
        Exception e = expectThrows(IllegalArgumentException.class, () -> train("{\"parts\": [\"grahp\"]}"));
        assertTrue(e.getMessage(), e.getMessage().contains("[parts] unknown part [grahp]; name some of [neighbours, graph, factors, attention, vae, concepts, segments, ratings]"));
        Map<String, String> wrong = Map.of(
            "{\"graph\": {\"dimension\": 0}}", "[affinity] [settings.graph.dimension] must be a whole number from 1 to 768, got [0]",
            "{\"graph\": {\"keep\": 0}}", "[affinity] [settings.graph.keep] must be a number above 0, at most 1, got [0]",
            "{\"graph\": {\"alpha\": 1}}", "[affinity] [settings.graph.alpha] is unknown; known: [damping, dimension, from, keep, steps, user]",
            "{\"grahp\": {}}", "[affinity] [settings.grahp] is unknown; known: [attention, concepts, factors, graph, neighbours, ratings, segments, vae]",
            "{\"attention\": {\"dimension\": 7}}", "[affinity] [settings.attention.dimension] must be an even number from 2 to 256, got [7]",
            "{\"vae\": {\"dropout\": 1}}", "[affinity] [settings.vae.dropout] must be a number from 0, below 1, got [1]",
            "{\"factors\": {\"dimension\": 8}}", "[affinity] [parts] lacks [factors], which has [settings]"
        );
        wrong.forEach((settings, message) -> {
            String body = "{\"parts\": [\"graph\"], \"settings\": " + settings + "}";
            assertEquals(message, expectThrows(IllegalArgumentException.class, () -> train(body)).getMessage());
        });
        e = expectThrows(IllegalArgumentException.class, () -> train("{\"weights_of\": 1, \"settings\": {\"graph\": {\"dimension\": 8}}}"));
        assertTrue(e.getMessage(), e.getMessage().contains("[weights_of] takes the weights and the parts of another model"));
        e = expectThrows(IllegalArgumentException.class, () -> train("{\"weights_of\": 1, \"parts\": [\"graph\"]}"));
        assertTrue(e.getMessage(), e.getMessage().contains("[weights_of] takes the weights and the parts of another model"));
    }
}
