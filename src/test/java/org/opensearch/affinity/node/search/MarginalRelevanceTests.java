package org.opensearch.affinity.node.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Diversity lowers hits that are similar to better ones. */
public class MarginalRelevanceTests extends RankTestCase {
    private void tinyShop() throws Exception {
        createItems("shop", 1, "");
        index("shop", "tent", item(10, 1, 0, 0, 0));
        index("shop", "tent2", item(9, 1, 0, 0, 0));
        index("shop", "lamp", item(6, 0, 1, 0, 0));
        index("shop", "between", item(5, 0.6f, 0.8f, 0, 0));
        refresh("shop");
        track("shop", "shop", "");
        event("ann", "click", "lamp");
        awaitProfiles("shop");
    }

    private Answer diverse(String user, double diversity, String more) throws IOException {
        String parameters = "\"tracker\": \"shop\", \"user\": \"" + user + "\", \"weight\": 0, \"diversity\": " + diversity;
        return rescored("shop", 100, parameters + more, "");
    }

    public void testByHand() throws Exception {
        tinyShop();
        // tent 10. Then lamp 6 before tent2 9 * (1 - 0.5 * 1) and between 5 * (1 - 0.5 * 0.6).
        // Then tent2 4.5 before between 5 * (1 - 0.5 * 0.8), which is more similar to the lamp than to the tent.
        for (String user : List.of("ann", "nobody")) {
            Answer answer = diverse(user, 0.5, "");
            assertEquals(List.of("tent", "lamp", "tent2", "between"), answer.ids());
            float[] expected = { 10, 6, 4.5f, 3 };
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], answer.scores().get(answer.ids().get(i)), 1e-5f);
            }
        }
        // With diversity 1, a duplicate of a better hit scores 0.
        assertEquals(List.of("tent", "lamp", "between", "tent2"), diverse("ann", 1, "").ids());
        assertEquals(0f, diverse("ann", 1, "").scores().get("tent2"), 1e-6f);
    }

    public void testDiversityZeroChangesNothing() throws Exception {
        tinyShop();
        Map<String, Float> alike = diverse("ann", 0, ", \"score_mode\": \"replace\"").scores();
        assertEquals(Map.of("tent", 1f, "tent2", 1f, "lamp", 1f, "between", 1f), alike);
        Map<String, Float> plain = rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"ann\"", "").scores();
        Map<String, Float> none = rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"ann\", \"diversity\": 0", "").scores();
        assertEquals(new ArrayList<>(plain.entrySet()), new ArrayList<>(none.entrySet()));
        assertNotEquals(plain, rescored("shop", 100, "\"tracker\": \"shop\", \"user\": \"ann\", \"diversity\": 0.1", "").scores());
    }

    public void testScoresNeverRiseAndItemsWithoutVectorsKeepTheirs() throws Exception {
        createItems("shop", 1, "");
        Map<String, Double> bases = new LinkedHashMap<>();
        for (int i = 0; i < 260; i++) {
            double base = randomDoubleBetween(0.1, 10, true);
            boolean plain = i % 5 == 0;
            bases.put((plain ? "plain" : "item") + i, base);
            index("shop", (plain ? "plain" : "item") + i, plain ? item(base) : item(base, randomVector()));
        }
        refresh("shop");
        track("shop", "shop", "");
        event("ann", "click", "item1");
        awaitProfiles("shop");
        for (double diversity : List.of(0.2, 0.7, 1.0)) {
            for (String mode : List.of("", ", \"score_mode\": \"sum\", \"weight\": 20")) {
                assertFalling(rescored("shop", 240, "\"tracker\": \"shop\", \"user\": \"ann\", \"diversity\": " + diversity + mode, ""));
            }
            String parameters = "\"tracker\": \"shop\", \"user\": \"ann\", \"weight\": 0";
            Answer answer = rescored("shop", 150, parameters + ", \"diversity\": " + diversity, "");
            assertFalling(answer);
            List<String> plainBefore = rescored("shop", 150, parameters, "").ids();
            assertEquals(plain(plainBefore.subList(0, 150)), plain(answer.ids().subList(0, 150)));
            for (String id : plain(answer.ids().subList(0, 150))) {
                assertEquals(bases.get(id).floatValue(), answer.scores().get(id), 0f);
            }
        }
    }

    private static List<String> plain(List<String> ids) {
        return ids.stream().filter(id -> id.startsWith("plain")).toList();
    }

    private static void assertFalling(Answer answer) {
        assertEquals(260, answer.scores().size());
        float least = Float.MAX_VALUE;
        for (float score : answer.scores().values()) {
            assertTrue(score + " after " + least, score <= least);
            least = score;
        }
    }
}
