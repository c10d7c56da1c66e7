package org.opensearch.affinity.node.search;

import org.opensearch.affinity.item.Exploration;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStats;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.SearchHit;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Popularity, contexts, sessions and exploration, from events to scores. */
public class PopularityTests extends RankTestCase {
    private static final long DAY = 24 * 60 * 60 * 1000L;
    private int events;
    private int impressions;

    private void shop(int shards) {
        createItems("shop", shards, "");
        for (String id : new String[] { "loved", "liked", "disliked", "new" }) {
            index("shop", id, item(2, 1, 0, 0, 0));
        }
        index("shop", "desk", item(2, 0, 1, 0, 0));
        index("shop", "tent", item(2, 0, 0, 1, 0));
        refresh("shop");
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private void act(String user, String action, String item, long time, Map<String, Object> more) {
        Map<String, Object> event = new HashMap<>(more);
        event.putAll(Map.of("user_id", user, "action_name", action, "timestamp", time));
        event.put("event_attributes", Map.of("object", Map.of("object_id", item)));
        client().prepareIndex("ubi_events").setSource(event).get();
        events++;
    }

    private void show(String item, int times) {
        for (int i = 0; i < times; i++) {
            act("u" + i, "view", item, System.currentTimeMillis(), Map.of());
        }
        events -= times;
        impressions += times;
    }

    private void await(String tracker) throws Exception {
        assertBusy(() -> {
            TrackerStats stats = client().execute(TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request(tracker)).actionGet();
            String json = Strings.toString(MediaTypeRegistry.JSON, stats);
            assertTrue(json, json.contains("\"applied\":" + events + ",\"impressions\":" + impressions + ","));
            assertTrue(json, json.contains("\"lag_events\":0"));
        });
    }

    private Map<String, Float> scores(String tracker, String user, String more) throws Exception {
        return rescored("shop", 100, "\"tracker\": \"" + tracker + "\", \"user\": \"" + user + "\"" + more, ", \"explain\": true").scores();
    }

    /** The merit of an item, out of {@code 2 · exp(merit)}. */
    private static double merit(Map<String, Float> scores, String item) {
        return Math.log(scores.get(item) / 2);
    }

    public void testPopularityOfAnUnknownUser() throws Exception {
        shop(3);
        trackPopular("t", "shop", "");
        long now = System.currentTimeMillis();
        for (String user : new String[] { "ann", "bob", "eve" }) {
            act(user, "purchase", "loved", now, Map.of());
        }
        act("ann", "click", "liked", now, Map.of());
        act("ann", "dislike", "disliked", now, Map.of());
        await("t");
        // Weights 9 and 1, mean 5.
        double pivot = 5;
        assertBusy(() -> {
            Map<String, Float> scores = scores("t", "nobody", "");
            assertEquals(scores.toString(), 1.5 * 9 / (9 + pivot), merit(scores, "loved"), 0.01);
            assertEquals(1.5 / (1 + pivot), merit(scores, "liked"), 0.01);
            assertEquals(0, merit(scores, "disliked"), 1e-6);
            assertEquals(0, merit(scores, "new"), 1e-6);
        });
        scores("t", "nobody", ", \"signals\": {\"popularity\": 0}").values().forEach(score -> assertEquals(2f, score, 0f));
        assertEquals(2 * 9 / (9 + pivot), merit(scores("t", "nobody", ", \"signals\": {\"popularity\": 2}"), "loved"), 0.01);

        // OpenSearch makes a module of the index to verify new settings; its item table must stay.
        client().admin().indices().prepareUpdateSettings(".affinity-items-t.1").setSettings(Map.of("index.refresh_interval", "2s")).get();
        client().admin().indices().preparePutMapping(".affinity-items-t.1").setSource(Map.of("_meta", Map.of("a", 1))).get();
        assertEquals(1.5 * 9 / (9 + pivot), merit(scores("t", "nobody", ""), "loved"), 0.01);
        client().admin().indices().prepareForceMerge("shop").setMaxNumSegments(1).get();
        assertEquals("item rows do not depend on segments", 1.5 * 9 / (9 + pivot), merit(scores("t", "nobody", ""), "loved"), 0.01);
        act("bob", "click", "new", now, Map.of());
        await("t");
        assertBusy(() -> assertTrue(merit(scores("t", "nobody", ""), "new") > 0));
    }

    /** An item that was popular a year ago, many half-lives back. */
    public void testPopularityOfAllTime() throws Exception {
        shop(2);
        trackPopular("t", "shop", ", \"half_life\": \"1d\"");
        long now = System.currentTimeMillis();
        for (String user : new String[] { "ann", "bob", "eve" }) {
            act(user, "purchase", "loved", now - 365 * DAY, Map.of());
        }
        act("ann", "click", "liked", now, Map.of());
        await("t");
        String allTime = ", \"signals\": {\"popularity\": 0, \"popularity_all_time\": 10}";
        assertBusy(() -> {
            Map<String, Float> recent = scores("t", "nobody", "");
            assertTrue(recent.toString(), recent.get("liked") > recent.get("loved"));
            Map<String, Float> all = scores("t", "nobody", allTime);
            // Weights 9 and 1, mean 5.
            assertEquals(all.toString(), Math.log(1 + 9 / 5.0) / Math.log(2), merit(all, "loved"), 0.1);
            assertEquals(Math.log(1 + 1 / 5.0) / Math.log(2), merit(all, "liked"), 0.1);
            assertEquals(2f, all.get("new"), 0f);
        });
    }

    public void testPopularityInAContext() throws Exception {
        shop(1);
        trackPopular("t", "shop", ", \"context\": {\"on\": {\"field\": \"device\"}}");
        long now = System.currentTimeMillis();
        for (int i = 0; i < 8; i++) {
            act("u" + i, "click", "tent", now, Map.of("device", "phone"));
            act("u" + i, "click", "desk", now, Map.of("device", "desktop"));
        }
        await("t");
        assertBusy(() -> {
            Map<String, Float> phone = scores("t", "nobody", ", \"context\": {\"on\": \"phone\"}");
            assertTrue(phone.toString(), phone.get("tent") > phone.get("desk"));
        });
        Map<String, Float> desktop = scores("t", "nobody", ", \"context\": {\"on\": \"desktop\"}");
        assertTrue(desktop.toString(), desktop.get("tent") < desktop.get("desk"));
        Map<String, Float> anywhere = scores("t", "nobody", "");
        assertEquals(anywhere.get("tent"), anywhere.get("desk"), 0f);
    }

    /** A user who clicked the desk in the morning and the tent in the evening. */
    public void testInterestsInAContext() throws Exception {
        shop(1);
        track("t", "shop", ", \"half_life\": \"365d\", \"context\": {\"hour\": {\"time\": \"hour\"}}, \"time_zone\": \"Europe/Berlin\"");
        for (int day = 1; day <= 10; day++) {
            String date = "2026-03-" + (day < 10 ? "0" : "") + day;
            act("ann", "click", "desk", Instant.parse(date + "T09:30:00Z").toEpochMilli(), Map.of());
            act("ann", "click", "tent", Instant.parse(date + "T19:30:00Z").toEpochMilli(), Map.of());
        }
        await("t");
        Map<String, Float> atWork = scores("t", "ann", ", \"context\": {\"hour\": 10}");
        Map<String, Float> evening = scores("t", "ann", ", \"context\": {\"hour\": \"20\"}");
        assertTrue(atWork.toString(), atWork.get("desk") > 1.2 * atWork.get("tent"));
        assertTrue(evening.toString(), evening.get("tent") > 1.2 * evening.get("desk"));
        Map<String, Float> night = scores("t", "ann", ", \"context\": {\"hour\": 3}");
        assertTrue("no events at night", night.get("tent") < evening.get("tent") && night.get("desk") < atWork.get("desk"));
        assertRefused("[context] has no [place]; the tracker lists [hour]", () -> scores("t", "ann", ", \"context\": {\"place\": \"home\"}"));
        assertRefused("[context.hour] must be an hour from 0 to 23, got [24]", () -> scores("t", "ann", ", \"context\": {\"hour\": 24}"));
        assertRefused("[affinity] [context.hour] must be a string or a number, got a list", () -> scores("t", "ann", ", \"context\": {\"hour\": [1]}"));
    }

    public void testSessionWeight() throws Exception {
        shop(1);
        track("t", "shop", "");
        long now = System.currentTimeMillis();
        for (int day = 10; day > 1; day--) {
            act("ann", "purchase", "desk", now - day * DAY, Map.of());
        }
        act("ann", "click", "tent", now, Map.of());
        await("t");
        Map<String, Float> withoutSession = scores("t", "ann", ", \"session_weight\": 0");
        Map<String, Float> half = scores("t", "ann", "");
        Map<String, Float> sessionOnly = scores("t", "ann", ", \"session_weight\": 1");
        assertTrue(withoutSession.toString(), withoutSession.get("desk") > 1.2 * withoutSession.get("tent"));
        assertTrue(half.toString(), half.get("tent") > withoutSession.get("tent"));
        assertEquals("desk is not part of the session", 2f, sessionOnly.get("desk"), 1e-3);
        assertTrue(sessionOnly.toString(), sessionOnly.get("tent") > 1.2 * sessionOnly.get("desk"));
        assertRefused("[session_weight] must be a number from 0 to 1, got [2]", () -> scores("t", "ann", ", \"session_weight\": 2"));
    }

    public void testExplorationIsConstantForAUserAndShrinksWithEvents() throws Exception {
        shop(2);
        trackPopular("t", "shop", ", \"ranking\": {\"signals\": {\"popularity\": 0}}");
        for (int i = 0; i < 8; i++) {
            act("u" + i, "purchase", "loved", System.currentTimeMillis(), Map.of());
        }
        await("t");
        Map<String, Float> first = scores("t", "nobody", ", \"explore\": 1");
        assertEquals(first, scores("t", "nobody", ", \"explore\": 1"));
        assertNotEquals(first, scores("t", "somebody", ", \"explore\": 1"));
        assertTrue("eight purchases", merit(first, "loved") <= 1 / Math.sqrt(1 + 8) + 1e-6);
        first.values().forEach(score -> assertTrue(first.toString(), score >= 2 && score <= 2 * Math.E + 1e-4));
        assertNotEquals(first.get("new"), first.get("desk"));
        scores("t", "nobody", "").values().forEach(score -> assertEquals(2f, score, 0f));
    }

    public void testExplorationShrinksWithImpressions() throws Exception {
        shop(2);
        trackPopular("t", "shop", ", \"impressions\": [\"view\"]");
        act("ann", "click", "liked", System.currentTimeMillis(), Map.of());
        act("bob", "purchase", "loved", System.currentTimeMillis(), Map.of());
        await("t");
        String explore = ", \"explore\": 1, \"signals\": {\"popularity\": 0}";
        String all = ", \"signals\": {\"popularity\": 1, \"popularity_all_time\": 1}";
        assertBusy(() -> assertTrue(merit(scores("t", "nobody", all), "loved") > 0));
        Map<String, Float> before = scores("t", "nobody", explore);
        Map<String, Float> popular = scores("t", "nobody", all);
        show("new", 3);
        show("desk", 99);
        show("liked", 7);
        await("t");
        assertBusy(() -> {
            Map<String, Float> after = scores("t", "nobody", explore);
            assertEquals("1 / √(1 + 3)", merit(before, "new") / 2, merit(after, "new"), 1e-4);
            assertEquals("1 / √(1 + 99)", merit(before, "desk") / 10, merit(after, "desk"), 1e-4);
            double liked = merit(before, "liked") * Math.sqrt(2) / 3;
            assertEquals("1 / √(1 + 1 + 7), and 1 / √(1 + 1) before", liked, merit(after, "liked"), 1e-4);
            assertEquals("neither shown nor liked", before.get("tent"), after.get("tent"), 0f);
            assertEquals("one purchase, as before", before.get("loved"), after.get("loved"), 0f);
        });
        assertEquals("impressions do not change popularity", popular, scores("t", "nobody", all));
    }

    public void testExplorationOfAnInterestShrinksWithEvents() throws Exception {
        shop(2);
        trackPopular("t", "shop", """
            , "impressions": ["view"], "half_life": "365d", "ranking": {"weight": 0, "signals": {"popularity": 0}}""");
        long now = System.currentTimeMillis();
        String ann = IntStream.range(0, 1_000).mapToObj(i -> "ann" + i).filter(user -> random(user, now) > 0.8).findFirst().orElseThrow();
        show("tent", 99);
        act("bob", "click", "desk", now, Map.of());
        await("t");
        String explore = ", \"explore\": 1";
        assertBusy(() -> assertTrue(merit(scores("t", ann, explore), "tent") <= 0.1 + 1e-4));
        Map<String, Float> before = scores("t", ann, explore);
        act(ann, "dislike", "desk", now - 12 * DAY, Map.of());
        act(ann, "click", "tent", now - 10 * DAY, Map.of());
        await("t");
        // The dislike opened the first interest of the profile.
        assertEquals(random(ann, now) / Math.sqrt(2), merit(scores("t", ann, explore), "tent"), 0.03);
        assertEquals("a disliked interest is not explored", before.get("desk"), scores("t", ann, explore).get("desk"), 0f);
        Map<String, String> explanations = new HashMap<>();
        Answer explained = rescored("shop", 100, "\"tracker\": \"t\", \"user\": \"" + ann + "\"" + explore, ", \"explain\": true");
        for (SearchHit hit : explained.response().getHits()) {
            explanations.put(hit.getId(), hit.getExplanation().toString());
            assertEquals(hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
        String bonus = "signal [explore], random bonus, the same all day for this user, for few events of ";
        assertTrue(explanations.get("tent"), explanations.get("tent").contains(bonus + "interest #"));
        assertTrue(explanations.get("desk"), explanations.get("desk").contains(bonus + "the item * 1.0"));
        for (int day = 1; day < 8; day++) {
            act(ann, "click", "tent", now - day * DAY, Map.of());
        }
        await("t");
        assertEquals("eight events", random(ann, now) / 3, merit(scores("t", ann, explore), "tent"), 0.03);
        scores("t", ann, "").values().forEach(score -> assertEquals(2f, score, 0f));
    }

    /** The random number of a user's second interest. */
    private static double random(String user, long now) {
        return Exploration.draw(1, Objects.hash(user, now / DAY));
    }

    public void testIndexWithoutUsableIds() throws Exception {
        createItems("shop", 1, ", \"sku\": {\"type\": \"keyword\"}");
        Map<String, Object> tent = item(2, 1, 0, 0, 0);
        tent.put("sku", "tent");
        index("shop", "1", tent);
        refresh("shop");
        createItems("other", 1, ", \"sku\": {\"type\": \"long\"}");
        Map<String, Object> number = item(2, 1, 0, 0, 0);
        number.put("sku", 7);
        index("other", "2", number);
        index("other", "3", item(2, 1, 0, 0, 0));
        refresh("other");
        String definition = """
            {"items": {"index": "shop", "vector_field": "vector", "id_field": "sku"}, "events": {"index": "ubi_events"},
             "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("t", parser))).actionGet();
        }
        act("ann", "click", "tent", System.currentTimeMillis(), Map.of());
        await("t");
        Map<String, Float> scores = rescored("shop", 100, "\"tracker\": \"t\", \"user\": \"ann\"", "").scores();
        assertTrue(scores.toString(), scores.get("1") > 2);
        Map<String, Float> others = rescored("other", 100, "\"tracker\": \"t\", \"user\": \"ann\"", ", \"explain\": true").scores();
        assertEquals("affinity counts, popularity and history do not", others.get("2"), others.get("3"), 0f);
        assertTrue(others.toString(), others.get("2") > 2);
    }
}
