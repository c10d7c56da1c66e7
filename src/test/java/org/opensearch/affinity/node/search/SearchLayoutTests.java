package org.opensearch.affinity.node.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A score depends on user, query and item alone, not on shards, segments, pages or deleted documents. */
public class SearchLayoutTests extends RankTestCase {
    private static final List<String> INDICES = List.of("shop1", "shop3", "shop7");
    private static final List<String> USERS = List.of("ann", "bob", "eve", "nobody");

    private final Map<String, Map<String, Object>> items = new HashMap<>();

    private void put(String id, Map<String, Object> item) {
        items.put(id, item);
        INDICES.forEach(index -> index(index, id, item));
    }

    /** Indexes the same items into all indices, over several segments, with updates and deletions. */
    private void createItems() {
        INDICES.forEach(index -> createItems(index, Integer.parseInt(index.substring(4)), ", \"sold\": {\"type\": \"integer\"}"));
        for (int segment = 0; segment < 4; segment++) {
            for (int i = 0; i < 15; i++) {
                put("item" + segment + "-" + i, randomItem());
            }
            INDICES.forEach(this::refresh);
        }
        for (int i = 0; i < 15; i += 3) {
            put("item0-" + i, randomItem());
            String deleted = "item1-" + i;
            items.remove(deleted);
            INDICES.forEach(index -> client().prepareDelete(index, deleted).get());
        }
        INDICES.forEach(this::refresh);
    }

    private static Map<String, Object> randomItem() {
        double base = randomDoubleBetween(0.1, 10, true);
        Map<String, Object> item = randomIntBetween(0, 9) == 0 ? item(base) : item(base, randomVector());
        if (randomBoolean()) {
            item.put("sold", randomIntBetween(0, 500));
        }
        return item;
    }

    private void writeEvents() throws Exception {
        List<String> withVector = items.keySet().stream().filter(id -> items.get(id).containsKey("vector")).toList();
        track("shop", "shop1", ", \"signals\": {\"sales\": {\"field\": \"sold\", \"pivot\": 50}}");
        for (String user : List.of("ann", "bob", "eve")) {
            for (int i = randomIntBetween(2, 10); i > 0; i--) {
                event(user, randomFrom("click", "purchase", "dislike"), randomFrom(withVector));
            }
        }
        awaitProfiles("shop");
    }

    /** Any parameters, except those that depend on other hits (diversity) or on the time of the search (decay signals). */
    private String randomParameters(String user) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("weight", "" + randomIntBetween(0, 20));
        values.put("score_mode", "\"" + randomFrom("multiply", "sum", "replace") + "\"");
        values.put("max_interests", "" + randomIntBetween(1, 4));
        values.put("min_affinity", "" + randomFloat());
        values.put("signals", "{\"sales\": " + randomIntBetween(0, 3) + "}");
        values.put("recent", "[\"" + randomFrom(new ArrayList<>(items.keySet())) + "\"]");
        StringBuilder parameters = new StringBuilder("\"tracker\": \"shop\", \"user\": \"" + user + "\"");
        values.forEach((name, value) -> parameters.append(randomBoolean() ? ", \"" + name + "\": " + value : ""));
        return parameters.toString();
    }

    public void testScoresAreTheSameInEveryLayout() throws Exception {
        createItems();
        writeEvents();
        Map<String, Map<String, Float>> before = new HashMap<>();
        for (int round = 0; round < 12; round++) {
            String parameters = randomParameters(randomFrom(USERS));
            Map<String, Float> one = rescored("shop1", 1_000, parameters, "").scores();
            assertEquals(items.keySet(), one.keySet());
            for (String index : INDICES) {
                assertEquals(index + " " + parameters, one, rescored(index, 1_000, parameters, "").scores());
            }
            before.put(parameters, one);
        }
        for (String index : INDICES) {
            client().admin().indices().prepareForceMerge(index).setMaxNumSegments(1).setFlush(true).get();
            refresh(index);
        }
        for (String index : INDICES) {
            for (Map.Entry<String, Map<String, Float>> search : before.entrySet()) {
                assertEquals(index + " " + search.getKey(), search.getValue(), rescored(index, 1_000, search.getKey(), "").scores());
            }
        }
    }

    public void testUsersGetDifferentScores() throws Exception {
        createItems();
        writeEvents();
        String parameters = "\"tracker\": \"shop\", \"signals\": {\"sales\": 0}, \"user\": ";
        Map<String, Float> unknown = rescored("shop1", 1_000, parameters + "\"nobody\"", "").scores();
        Map<String, Float> ann = rescored("shop1", 1_000, parameters + "\"ann\"", "").scores();
        items.forEach((id, item) -> assertEquals(((Double) item.get("base")).floatValue(), unknown.get(id), 0f));
        assertNotEquals(unknown, ann);
    }

    public void testPagesContainEveryDocumentOnceInOneOrder() throws Exception {
        for (int shards : List.of(1, 3)) {
            String index = "paged" + shards;
            createItems(index, shards, "");
            for (int i = 0; i < 560; i++) {
                index(index, "item" + i, item(randomDoubleBetween(0.1, 10, true), randomVector()));
            }
            refresh(index);
        }
        track("shop", "paged1", "");
        for (int i = 0; i < 5; i++) {
            event("ann", "click", "item" + i);
        }
        awaitProfiles("shop");
        assertPages("paged1", 500);
        // 187 documents on each shard: the last pages are below the window.
        assertPages("paged3", 100);
    }

    private void assertPages(String index, int window) throws IOException {
        Map<String, Float> whole = new LinkedHashMap<>(page(index, window, 0, 560));
        assertEquals(560, whole.size());
        List<Map.Entry<String, Float>> paged = new ArrayList<>();
        for (int from = 0; from < 560; from += 10) {
            Map<String, Float> page = page(index, window, from, 10);
            assertEquals(10, page.size());
            paged.addAll(page.entrySet());
        }
        assertEquals(new ArrayList<>(whole.entrySet()), paged);
        assertEquals(Map.of(), page(index, window, 560, 10));
        assertEquals(Map.of(), page(index, window, 9_000, 10));
        float least = Float.MAX_VALUE;
        for (float score : whole.values()) {
            assertTrue(score <= least);
            least = score;
        }
    }

    private Map<String, Float> page(String index, int window, int from, int size) throws IOException {
        String rescore = "\"rescore\": {\"window_size\": " + window + ", \"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\"}}";
        return search(index, "{\"from\": " + from + ", \"size\": " + size + ", " + BY_BASE + ", " + rescore + "}").scores();
    }
}
