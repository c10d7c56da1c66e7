package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

/** Events that are posted to the plugin, from HTTP to profiles. */
public class EventsIT {
    private static final TinyShop SHOP = new TinyShop(20, 2);
    private static final String EVENTS = "/_plugins/_affinity/events";

    private static Node node;
    private static Rest rest;

    @BeforeClass
    public static void stockShop() throws IOException {
        int port = Ports.free(1).getFirst();
        NodeSettings settings = NodeSettings.single(BuiltPlugin.folder(EventsIT.class).resolve("node"), port, "384m", NodeSettings.QUICK);
        node = Node.start(BuiltPlugin.home(), settings, waited -> {});
        rest = node.rest();
        SHOP.stock(rest, "items", 1);
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    private static List<Integer> statuses(JsonNode answer) {
        return StreamSupport.stream(answer.path("events").spliterator(), false).map(event -> event.path("status").asInt()).toList();
    }

    private static String event(String id, String user, String action, String item) {
        return """
            {"event_id":"%s","user_id":"%s","action_name":"%s","event_attributes":{"object":{"object_id":"%s"},"position":{"ordinal":1}}}"""
            .formatted(id, user, action, item);
    }

    @Test
    public void eventsChangeProfiles() throws IOException {
        TinyShop.track(rest, "tiny", "items", "ubi_events");
        String log = SHOP.log(40).map(document -> document.source() + "\n").collect(Collectors.joining());
        JsonNode lines = rest.lines(EVENTS, log + "nonsense\n{\"user_id\":\"user-0\"}\n" + event("e-1", "user-0", "purchase", "item-3"));
        assertTrue(lines.path("errors").asBoolean());
        assertEquals(43, statuses(lines).size());
        assertEquals(List.of(201, 400, 400, 201), statuses(lines).subList(39, 43));
        assertThat(lines.path("events").path(41).path("error").asText(), containsString("[action_name] is required"));

        JsonNode list = rest.post(EVENTS, "[" + event("e-1", "user-0", "purchase", "item-3") + "," + event("e-2", "ann", "click", "item-4") + "]");
        assertFalse(list.path("errors").asBoolean());
        assertEquals(List.of(200, 201), statuses(list));
        assertEquals("duplicate", list.path("events").path(0).path("result").asText());
        assertEquals(List.of(201), statuses(rest.post(EVENTS, event("e-3", "ann", "dislike", "item-5"))));

        assertEquals(43, TrackerProgress.await(rest, "tiny", 43, seen -> {}).applied());
        assertEquals(21, UserProfile.of(rest, "tiny", "user-0").orElseThrow().events());
        assertEquals(20, UserProfile.of(rest, "tiny", "user-1").orElseThrow().events());
        assertEquals(2, UserProfile.of(rest, "tiny", "ann").orElseThrow().events());
    }

    /** A tracker follows a stream from one backing index to the next, and loses nothing where an old one is deleted. */
    @Test
    public void profilesOutliveOldEvents() throws IOException {
        TinyShop.track(rest, "streamed", "items", "stream");
        rest.put("/_cluster/settings", "{\"persistent\":{\"affinity.events.data_stream\":true}}");
        rest.post(EVENTS + "?index=stream", event("s-1", "bob", "click", "item-1"));
        rest.put("/_cluster/settings", "{\"persistent\":{\"affinity.events.data_stream\":null}}");
        TrackerProgress.await(rest, "streamed", 1, seen -> {});
        rest.post("/stream/_rollover", null);
        rest.post(EVENTS + "?index=stream", event("s-2", "bob", "click", "item-2"));
        TrackerProgress.await(rest, "streamed", 2, seen -> {});
        rest.delete("/.ds-stream-000001");
        rest.post(EVENTS + "?index=stream", event("s-3", "bob", "click", "item-3"));
        awaitEvents("bob", 3);
    }

    /** By the profile and not by the tracker's count, which forgets what was read of an index that is gone. */
    private static void awaitEvents(String user, long events) throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (UserProfile.of(rest, "streamed", user).orElseThrow().events() != events) {
            if (System.nanoTime() > deadline) {
                throw new IOException(rest.get("/_plugins/_affinity/trackers/streamed/users/" + user).toString());
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
    }

    /** What nobody knows may be shown first by chance, until it was shown a hundred times. */
    @Test
    public void whatIsShownOftenLosesItsBonus() throws IOException {
        rest.put("/_plugins/_affinity/trackers/showing", """
            {"items":{"index":"items","vector_field":"item_vector"},"events":{"index":"showing"},
             "actions":{"click":1},"impressions":["impression"]}""");
        rest.post(EVENTS + "?index=showing", event("v-0", "eve", "impression", "item-0"));
        TrackerProgress.await(rest, "showing", 1, seen -> {});
        assertTrue("of twenty people chance is kind to one", bonus("item-7") > 0.5);
        String shown = IntStream.range(0, 99).mapToObj(i -> event("v-" + (i + 1), "eve", "impression", "item-7") + "\n").collect(Collectors.joining());
        assertFalse(rest.lines(EVENTS + "?index=showing", shown).path("errors").asBoolean());
        TrackerProgress stats = TrackerProgress.await(rest, "showing", 100, seen -> {});
        assertEquals(List.of(0L, 100L, 0L, 0L), List.of(stats.applied(), stats.impressions(), stats.skipped(), stats.users()));
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (bonus("item-7") > 0.1 + 1e-6) { // 1 / √(1 + 99), once the node has added up what is new
            assertTrue("is still " + bonus("item-7"), System.nanoTime() < deadline);
        }
        assertTrue("it was shown to nobody", bonus("item-8") > 0.5);
    }

    /** The most that chance adds to an item for one of twenty people of whom nothing is known. */
    private static double bonus(String item) {
        return IntStream.range(0, 20).mapToDouble(i -> bonus(item, "nobody-" + i)).max().orElseThrow();
    }

    private static double bonus(String item, String user) {
        JsonNode answer = rest.post("/items/_search", """
            {"query":{"ids":{"values":["%s"]}},"rescore":{"affinity":{"tracker":"showing","user":"%s","explore":1}}}""".formatted(item, user));
        return Math.log(answer.path("hits").path("hits").path(0).path("_score").asDouble());
    }

    @Test
    public void wrongRequestsWriteNothing() {
        assertRefused("[{\"action_name\":\"click\"}", "[events] the body is not valid JSON");
        assertRefused("{\"action_name\":\"click\"}\n{\"action_name\":\"click\"}", "application/x-ndjson");
        assertRefused("", "request body is required");
        String tooMany = "{\"action_name\":\"click\"}\n".repeat(10_001);
        RestFailure e = assertThrows(RestFailure.class, () -> rest.lines(EVENTS + "?index=refused", tooMany));
        assertEquals(400, e.status());
        assertThat(e.getMessage(), containsString("more than [10000] events"));
        assertTrue(rest.find("/refused").isEmpty());
    }

    private static void assertRefused(String body, String reason) {
        RestFailure e = assertThrows(RestFailure.class, () -> rest.post(EVENTS + "?index=refused", body));
        assertEquals(400, e.status());
        assertThat(e.getMessage(), containsString(reason));
    }
}
