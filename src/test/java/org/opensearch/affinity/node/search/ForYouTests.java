package org.opensearch.affinity.node.search;

import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.search.SearchHit;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the query {@code affinity} finds by each of its sources, and that it scores as the rescorer does. */
public class ForYouTests extends TrainedModelTestCase {
    private static final String ANN = "\"tracker\": \"t\", \"user\": \"ann\"";
    private static final String NOBODY = "\"tracker\": \"t\"";
    /** So few places that each source shows what it finds. */
    private static final String TWO = ", \"k\": 2, \"num_candidates\": 2";

    private static String query(String parameters) {
        return "{\"affinity\": {" + parameters + "}}";
    }

    private Answer find(String index, String parameters) throws IOException {
        Answer found = search(index, "{\"size\": 1000, \"explain\": true, \"query\": " + query(parameters) + "}");
        for (SearchHit hit : found.response().getHits()) {
            assertEquals(hit.getExplanation().toString(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
        return found;
    }

    private List<String> ids(String parameters) throws IOException {
        return find("shop", parameters).ids();
    }

    private static String signals(String weights) {
        return ", \"weight\": 0, \"signals\": {" + weights + "}";
    }

    /** Nobody compared lamp and bulb by content: their vectors are orthogonal. Those who took one took the other. */
    public void testItemsThatTheSameUsersTook() throws Exception {
        shop(2);
        String unseen = ANN + ", \"exclude_seen\": true";
        assertFalse("without a model", search("shop", "{\"query\": " + query(unseen + signals("") + ", \"min_similarity\": 0.1") + "}").ids().contains("bulb"));
        train("{\"activate\": true}");
        assertEquals("bulb", ids(unseen + ", \"k\": 2, \"num_candidates\": 2").getFirst());
        assertEquals(List.of("bulb"), ids(unseen + signals("\"neighbours\": 4") + ", \"k\": 1, \"num_candidates\": 1").subList(0, 1));
        use(1, UseModelAction.Operation.DEACTIVATE);
        assertEquals("the item table, as nothing else finds", Set.of("lamp", "bulb"), Set.copyOf(ids(ANN + signals("\"neighbours\": 4") + ", \"filter\": {\"ids\": {\"values\": [\"lamp\", \"bulb\"]}}")));
    }

    public void testUnknownUsersGetWhatIsPopular() throws Exception {
        shop(1);
        assertEquals(List.of("lamp"), ids(NOBODY + ", \"user\": \"zoe\", \"signals\": {\"popularity\": 1}, \"k\": 1, \"num_candidates\": 1"));
        assertEquals(List.of("lamp"), ids(NOBODY + ", \"signals\": {\"popularity_all_time\": 1}, \"k\": 1, \"num_candidates\": 1"));
        assertEquals("without any weight", List.of("lamp"), ids(NOBODY + ", \"k\": 1, \"num_candidates\": 1"));
        String tents = ", \"filter\": {\"match\": {\"title\": \"tent stove desk\"}}";
        assertEquals("of those that pass the filter", Set.of("tent", "stove"), Set.copyOf(ids(NOBODY + TWO + tents + ", \"signals\": {\"popularity\": 1}")));
        assertEquals("where all have a place, even those that nobody liked", 6, ids(NOBODY).size());
    }

    /** Also of a field that is not indexed, and of items with several ids. */
    public void testItemIdsInAField() throws Exception {
        for (String mapping : List.of("", ", \"index\": false")) {
            String index = mapping.isEmpty() ? "indexed" : "unindexed";
            createItems(index, 1, ", \"sku\": {\"type\": \"keyword\"" + mapping + "}");
            for (int i = 0; i < 9; i++) {
                Map<String, Object> item = item(1, randomVector());
                item.put("sku", List.of("old" + i, "sku" + i));
                index(index, "item" + i, item);
            }
            refresh(index);
            trackPopular(index, index + "\", \"id_field\": \"sku", "");
        }
        for (int i = 0; i < 3; i++) {
            event("user" + i, "click", "sku7");
        }
        for (String index : List.of("indexed", "unindexed")) {
            awaitProfiles(index);
            assertEquals(index, List.of("item7"), find(index, "\"tracker\": \"" + index + "\", \"k\": 1, \"num_candidates\": 1").ids());
        }
    }

    /** The history is found if items are wanted again. */
    public void testItemsOfTheHistory() throws Exception {
        shop(1);
        String parameters = ANN + ", \"recent\": [\"pen\"]" + signals("\"seen_last\": 3") + TWO;
        assertEquals(List.of("pen", "lamp"), ids(parameters));
        List<String> others = ids(parameters + ", \"exclude_seen\": true");
        assertFalse(others.toString(), others.contains("pen") || others.contains("lamp"));
    }

    public void testNewestItemsAndLargestNumbers() throws Exception {
        createItems("shop", 1, ", \"added\": {\"type\": \"date\"}, \"sold\": {\"type\": \"integer\"}");
        for (int i = 0; i < 9; i++) {
            Map<String, Object> item = item(1, randomVector());
            item.put("added", "2026-01-0" + (i + 1));
            item.put("sold", 10 * (9 - i));
            index("shop", "item" + i, item);
        }
        index("shop", "undated", item(1, randomVector()));
        refresh("shop");
        String fields = "\"signals\": {\"new\": {\"field\": \"added\", \"half_life\": \"3650d\", \"weight\": %s}, \"sales\": {\"field\": \"sold\", \"pivot\": 50, \"weight\": %s}}";
        track("t", "shop", ", " + fields.formatted(1, 0));
        assertEquals(List.of("item8", "item7"), ids(NOBODY + TWO));
        assertEquals(List.of("item0", "item1"), ids(NOBODY + ", \"signals\": {\"new\": 0, \"sales\": 2}" + TWO));
        assertEquals(Set.of("item8", "item0"), Set.copyOf(ids(NOBODY + ", \"signals\": {\"new\": 2, \"sales\": 2}" + TWO)));
        String old = ", \"filter\": {\"range\": {\"added\": {\"lt\": \"2026-01-05\"}}}";
        assertEquals(List.of("item3", "item2"), ids(NOBODY + TWO + old));
    }

    /** With places for all, the result is that of the rescorer over all items; with fewer, a part of it. */
    public void testScoresAreThoseOfTheRescorerInEveryLayout() throws Exception {
        Map<String, Map<String, Object>> items = new HashMap<>();
        for (int i = 0; i < 120; i++) {
            Map<String, Object> item = randomIntBetween(0, 9) == 0 ? item(1) : item(randomIntBetween(1, 9), randomVector());
            item.put("sold", randomIntBetween(0, 500));
            items.put("item" + i, item);
        }
        for (int shards : List.of(1, 3)) {
            createItems("shop" + shards, shards, ", \"sold\": {\"type\": \"integer\"}");
            items.forEach((id, item) -> index("shop" + shards, id, item));
            refresh("shop" + shards);
        }
        trackPopular("t", "shop1", ", \"signals\": {\"sales\": {\"field\": \"sold\", \"pivot\": 50}}");
        List<String> withVector = items.keySet().stream().filter(id -> items.get(id).containsKey("vector")).sorted().toList();
        for (int user = 0; user < 15; user++) {
            for (int i = 0; i < 6; i++) {
                event("user" + user, randomFrom("click", "purchase", "dislike"), withVector.get(10 * (user % 5) + randomIntBetween(0, 20)));
            }
        }
        awaitProfiles("t");
        refresh("ubi_events");
        train("{\"activate\": true}");
        for (int round = 0; round < 12; round++) {
            String more = randomFrom("", ", \"weight\": 2", ", \"min_affinity\": 0.3", ", \"signals\": {\"seen\": -2, \"popularity_all_time\": 1}", ", \"max_interests\": 1", ", \"explore\": 0.5");
            String parameters = "\"tracker\": \"t\", \"user\": \"" + randomFrom("user1", "user7", "nobody") + "\"" + more;
            Map<String, Float> all = rescored("shop1", 1_000, parameters + ", \"score_mode\": \"replace\"", "").scores();
            for (String index : List.of("shop1", "shop3")) {
                assertEquals(index + " " + parameters, all, find(index, parameters + ", \"k\": 200").scores());
                Map<String, Float> some = find(index, parameters + ", \"k\": 10, \"num_candidates\": 20").scores();
                assertFalse(some.isEmpty());
                assertTrue(some.size() <= (index.equals("shop1") ? 10 : 30));
                some.forEach((id, score) -> assertEquals(id, all.get(id), score, 0f));
            }
            assertEquals("the best first", firstScores(all, 10), firstScores(find("shop1", parameters + ", \"k\": 10, \"num_candidates\": 200").scores(), 10));
        }
    }

    private static List<Float> firstScores(Map<String, Float> scores, int most) {
        return scores.values().stream().limit(most).toList();
    }

    public void testAloneAndBesideOtherQueries() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        Map<String, Float> alone = find("shop", ANN).scores();
        Map<String, Float> twice = find("shop", ANN + ", \"boost\": 2, \"_name\": \"mine\"").scores();
        alone.forEach((id, score) -> assertEquals(2 * score, twice.get(id), 0f));
        SearchResponse named = search("shop", "{\"query\": {\"bool\": {\"must\": " + query(ANN + ", \"_name\": \"mine\"") + ", \"filter\": {\"match\": {\"title\": \"lamp\"}}}}}").response();
        assertEquals(1, named.getHits().getHits().length);
        assertArrayEquals(new String[] { "mine" }, named.getHits().getAt(0).getMatchedQueries());
        assertEquals(alone.get("lamp"), named.getHits().getAt(0).getScore(), 0f);
        Answer pages = search("shop", "{\"from\": 2, \"size\": 2, \"query\": " + query(ANN) + "}");
        assertEquals(List.copyOf(alone.keySet()).subList(2, 4), pages.ids());
    }

    /** Content alone, as before parts were learned. */
    public void testSimilarityIsOfContent() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        for (String id : ids(ANN + ", \"min_similarity\": 0.2")) {
            assertNotEquals("far away by content", "bulb", id);
        }
        assertTrue(ids(ANN).contains("bulb"));
    }

    public void testRefusals() throws Exception {
        shop(1);
        assertRefused("[affinity] [num_candidates] must be at least [k], which is [100], got [99]", () -> ids(ANN + ", \"num_candidates\": 99"));
        assertRefused("[affinity] [num_candidates] must be a whole number from 1 to 10000, got [0]", () -> ids(ANN + ", \"num_candidates\": 0"));
        assertRefused("[affinity] [score_mode] cannot be set in the query [affinity]", () -> ids(ANN + ", \"score_mode\": \"sum\""));
        assertRefused("[affinity] [diversity] cannot be set in the query [affinity]", () -> ids(ANN + ", \"diversity\": 1"));
        assertRefused("[no]", () -> ids(ANN + ", \"signals\": {\"no\": 1}"));
    }

    public void testProfilesOfSearchesShowNoItems() throws Exception {
        shop(1);
        train("{\"activate\": true}");
        String profiled = search("shop", "{\"profile\": true, \"query\": " + query(ANN + ", \"exclude_seen\": true" + TWO) + "}").response().toString();
        String profile = profiled.substring(profiled.indexOf("\"profile\""));
        assertTrue(profile, profile.contains("ForYouItems[vector"));
        for (String item : ITEMS) {
            assertFalse(profile, profile.contains(item));
        }
    }
}
