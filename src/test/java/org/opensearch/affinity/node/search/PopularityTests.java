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

/** What everybody does, what the present session does and what the hour does, from events to scores. */
public class PopularityTests extends RankTestCase {
    private static final long DAY = 24 * 60 * 60 * 1000L;
    private int sent;
    private int shown;

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
        sent++;
    }

    private void show(String item, int times) {
        for (int i = 0; i < times; i++) {
            act("u" + i, "view", item, System.currentTimeMillis(), Map.of());
        }
        sent -= times;
        shown += times;
    }

    private void await(String tracker) throws Exception {
        assertBusy(() -> {
            TrackerStats stats = client().execute(TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request(tracker)).actionGet();
            String json = Strings.toString(MediaTypeRegistry.JSON, stats);
            assertTrue(json, json.contains("\"applied\":" + sent + ",\"impressions\":" + shown + ",") && json.contains("\"lag_events\":0"));
        });
    }

    private Map<String, Float> scores(String tracker, String user, String more) throws Exception {
        return rescored("shop", 100, "\"tracker\": \"" + tracker + "\", \"user\": \"" + user + "\"" + more, ", \"explain\": true").scores();
    }

    private static double signal(Map<String, Float> scores, String item) {
        return Math.log(scores.get(item) / 2);
    }

    public void testPopularItemsComeFirstForWhoeverSearches() throws Exception {
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
            assertEquals(scores.toString(), 1.5 * 9 / (9 + pivot), signal(scores, "loved"), 0.01);
            assertEquals(1.5 / (1 + pivot), signal(scores, "liked"), 0.01);
            assertEquals(0, signal(scores, "disliked"), 1e-6);
            assertEquals(0, signal(scores, "new"), 1e-6);
        });
        scores("t", "nobody", ", \"signals\": {\"popularity\": 0}").values().forEach(score -> assertEquals(2f, score, 0f));
        assertEquals(2 * 9 / (9 + pivot), signal(scores("t", "nobody", ", \"signals\": {\"popularity\": 2}"), "loved"), 0.01);

        client().admin().indices().prepareForceMerge("shop").setMaxNumSegments(1).get();
        assertEquals("segments change, rows do not", 1.5 * 9 / (9 + pivot), signal(scores("t", "nobody", ""), "loved"), 0.01);
        act("bob", "click", "new", now, Map.of());
        await("t");
        assertBusy(() -> assertTrue(signal(scores("t", "nobody", ""), "new") > 0));
    }

    /** What was loved a year ago is not popular any more. */
    public void testPopularOfAllTime() throws Exception {
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
            Map<String, Float> lately = scores("t", "nobody", "");
            assertTrue(lately.toString(), lately.get("liked") > lately.get("loved"));
            Map<String, Float> ever = scores("t", "nobody", allTime);
            // Weights 9 and 1, mean 5.
            assertEquals(ever.toString(), Math.log(1 + 9 / 5.0) / Math.log(2), signal(ever, "loved"), 0.1);
            assertEquals(Math.log(1 + 1 / 5.0) / Math.log(2), signal(ever, "liked"), 0.1);
            assertEquals(2f, ever.get("new"), 0f);
        });
    }

    public void testPopularityIsThatOfTheContext() throws Exception {
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

    /** The same person gets other results at work than in the evening, when the log says so. */
    public void testInterestsOfTheHour() throws Exception {
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
        assertTrue("nothing is known of the night", night.get("tent") < evening.get("tent") && night.get("desk") < atWork.get("desk"));
        assertRefused("[context] has no [place]; the tracker lists [hour]", () -> scores("t", "ann", ", \"context\": {\"place\": \"home\"}"));
        assertRefused("[context.hour] must be an hour from 0 to 23, got [24]", () -> scores("t", "ann", ", \"context\": {\"hour\": 24}"));
        assertRefused("[affinity] [context.hour] must be a string or a number, got a list", () -> scores("t", "ann", ", \"context\": {\"hour\": [1]}"));
    }

    public void testThePresentSessionCountsMoreThanItsShare() throws Exception {
        shop(1);
        track("t", "shop", "");
        long now = System.currentTimeMillis();
        for (int day = 10; day > 1; day--) {
            act("ann", "purchase", "desk", now - day * DAY, Map.of());
        }
        act("ann", "click", "tent", now, Map.of());
        await("t");
        Map<String, Float> now0 = scores("t", "ann", ", \"session_weight\": 0");
        Map<String, Float> both = scores("t", "ann", "");
        Map<String, Float> now1 = scores("t", "ann", ", \"session_weight\": 1");
        assertTrue(now0.toString(), now0.get("desk") > 1.2 * now0.get("tent"));
        assertTrue(both.toString(), both.get("tent") > now0.get("tent"));
        assertEquals("nothing but the session", 2f, now1.get("desk"), 1e-3);
        assertTrue(now1.toString(), now1.get("tent") > 1.2 * now1.get("desk"));
        assertRefused("[session_weight] must be a number from 0 to 1, got [2]", () -> scores("t", "ann", ", \"session_weight\": 2"));
    }

    public void testChanceIsTheSameAllDayAndKinderToTheUnknown() throws Exception {
        shop(2);
        trackPopular("t", "shop", ", \"ranking\": {\"signals\": {\"popularity\": 0}}");
        for (int i = 0; i < 8; i++) {
            act("u" + i, "purchase", "loved", System.currentTimeMillis(), Map.of());
        }
        await("t");
        Map<String, Float> first = scores("t", "nobody", ", \"explore\": 1");
        assertEquals(first, scores("t", "nobody", ", \"explore\": 1"));
        assertNotEquals(first, scores("t", "somebody", ", \"explore\": 1"));
        assertTrue("eight purchases", signal(first, "loved") <= 1 / Math.sqrt(1 + 8) + 1e-6);
        first.values().forEach(score -> assertTrue(first.toString(), score >= 2 && score <= 2 * Math.E + 1e-4));
        assertNotEquals(first.get("new"), first.get("desk"));
        scores("t", "nobody", "").values().forEach(score -> assertEquals(2f, score, 0f));
    }

    public void testWhatWasShownOftenHasLittleToGain() throws Exception {
        shop(2);
        trackPopular("t", "shop", ", \"impressions\": [\"view\"]");
        act("ann", "click", "liked", System.currentTimeMillis(), Map.of());
        act("bob", "purchase", "loved", System.currentTimeMillis(), Map.of());
        await("t");
        String chance = ", \"explore\": 1, \"signals\": {\"popularity\": 0}";
        String all = ", \"signals\": {\"popularity\": 1, \"popularity_all_time\": 1}";
        assertBusy(() -> assertTrue(signal(scores("t", "nobody", all), "loved") > 0));
        Map<String, Float> before = scores("t", "nobody", chance);
        Map<String, Float> popular = scores("t", "nobody", all);
        show("new", 3);
        show("desk", 99);
        show("liked", 7);
        await("t");
        assertBusy(() -> {
            Map<String, Float> after = scores("t", "nobody", chance);
            assertEquals("1 / √(1 + 3)", signal(before, "new") / 2, signal(after, "new"), 1e-4);
            assertEquals("1 / √(1 + 99)", signal(before, "desk") / 10, signal(after, "desk"), 1e-4);
            assertEquals("1 / √(1 + 1 + 7), and 1 / √(1 + 1) before", signal(before, "liked") * Math.sqrt(2) / 3, signal(after, "liked"), 1e-4);
            assertEquals("nobody saw it", before.get("tent"), after.get("tent"), 0f);
            assertEquals("one purchase, whatever it weighs", before.get("loved"), after.get("loved"), 0f);
        });
        assertEquals("what is shown is not liked, and no part of the mean", popular, scores("t", "nobody", all));
    }

    public void testAnInterestOfWhichLittleIsKnown() throws Exception {
        shop(2);
        trackPopular("t", "shop", ", \"impressions\": [\"view\"], \"half_life\": \"365d\", \"ranking\": {\"weight\": 0, \"signals\": {\"popularity\": 0}}");
        long now = System.currentTimeMillis();
        String ann = IntStream.range(0, 1_000).mapToObj(i -> "ann" + i).filter(user -> chance(user, now) > 0.8).findFirst().orElseThrow();
        show("tent", 99);
        act("bob", "click", "desk", now, Map.of());
        await("t");
        String explore = ", \"explore\": 1";
        assertBusy(() -> assertTrue(signal(scores("t", ann, explore), "tent") <= 0.1 + 1e-4));
        Map<String, Float> before = scores("t", ann, explore);
        act(ann, "dislike", "desk", now - 12 * DAY, Map.of());
        act(ann, "click", "tent", now - 10 * DAY, Map.of());
        await("t");
        // The dislike opened the first interest of the profile.
        assertEquals(chance(ann, now) / Math.sqrt(2), signal(scores("t", ann, explore), "tent"), 0.03);
        assertEquals("an aversion is no interest", before.get("desk"), scores("t", ann, explore).get("desk"), 0f);
        Map<String, String> said = new HashMap<>();
        for (SearchHit hit : rescored("shop", 100, "\"tracker\": \"t\", \"user\": \"" + ann + "\"" + explore, ", \"explain\": true").response().getHits()) {
            said.put(hit.getId(), hit.getExplanation().toString());
            assertEquals(hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
        assertTrue(said.get("tent"), said.get("tent").contains("signal [explore], by chance, the same for this user all day: little is known of interest #"));
        assertTrue(said.get("desk"), said.get("desk").contains("all day: little is known of the item * 1.0"));
        for (int day = 1; day < 8; day++) {
            act(ann, "click", "tent", now - day * DAY, Map.of());
        }
        await("t");
        assertEquals("eight events", chance(ann, now) / 3, signal(scores("t", ann, explore), "tent"), 0.03);
        scores("t", ann, "").values().forEach(score -> assertEquals(2f, score, 0f));
    }

    /** Of a user's second interest. */
    private static double chance(String user, long now) {
        return Exploration.draw(1, Objects.hash(user, now / DAY));
    }

    public void testAnIndexWhoseIdsAreNone() throws Exception {
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
            {"items": {"index": "shop", "vector_field": "vector", "id_field": "sku"}, "events": {"index": "ubi_events"}, "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("t", parser))).actionGet();
        }
        act("ann", "click", "tent", System.currentTimeMillis(), Map.of());
        await("t");
        Map<String, Float> scores = rescored("shop", 100, "\"tracker\": \"t\", \"user\": \"ann\"", "").scores();
        assertTrue(scores.toString(), scores.get("1") > 2);
        Map<String, Float> others = rescored("other", 100, "\"tracker\": \"t\", \"user\": \"ann\"", ", \"explain\": true").scores();
        assertEquals("what is like the tent, and neither popular nor known", others.get("2"), others.get("3"), 0f);
        assertTrue(others.toString(), others.get("2") > 2);
    }
}
