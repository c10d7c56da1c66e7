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
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

/** What a user can ask for, over HTTP: to be forgotten with all events, to be left alone, and not to be named. */
public class PrivacyIT {
    private static final TinyShop SHOP = new TinyShop(20, 2);
    private static final String TRACKERS = "/_plugins/_affinity/trackers/";

    private static Node node;
    private static Rest rest;

    @BeforeClass
    public static void stockShop() throws IOException {
        NodeSettings plain = NodeSettings.single(BuiltPlugin.folder(PrivacyIT.class).resolve("node"), Ports.free(1).getFirst(), "384m", NodeSettings.QUICK);
        Map<String, String> more = new HashMap<>(plain.more());
        more.put("affinity.pseudonym.2026.secret", "sixteen bytes, or more");
        node = Node.start(
            BuiltPlugin.home(),
            new NodeSettings(plain.name(), plain.folder(), plain.httpPort(), plain.transportPort(), plain.heap(), plain.options(), more, false),
            waited -> {}
        );
        rest = node.rest();
        SHOP.stock(rest, "items", 1);
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    private static void click(String index, String userField, String user, String item) {
        rest.post("/" + index + "/_doc", """
            {"%s":"%s","action_name":"click","timestamp":"%s","event_attributes":{"object":{"object_id":"%s"}}}"""
            .formatted(userField, user, Instant.now(), item));
    }

    private static boolean known(String tracker, String user) {
        return rest.find(TRACKERS + tracker + "/users/" + user).isPresent();
    }

    private static long events(String index) {
        rest.post("/" + index + "/_refresh", null);
        return rest.get("/" + index + "/_count").path("count").asLong();
    }

    @Test
    public void forgetsWithAllEventsAndNobodyElses() throws IOException {
        for (String index : List.of("clicks-dynamic", "clicks-keyword")) {
            if (index.endsWith("keyword")) {
                rest.put("/" + index, "{\"mappings\":{\"properties\":{\"user_id\":{\"type\":\"keyword\"},\"client_id\":{\"type\":\"keyword\"}}}}");
            }
            click(index, "client_id", "ann", "item-1");
            click(index, "user_id", "ann", "item-1");
            click(index, "user_id\":\"\",\"client_id", "ann", "item-1");
            click(index, "user_id\":\"bob\",\"client_id", "ann", "item-1");
            click(index, "client_id", "ann-1", "item-1");
        }
        TinyShop.track(rest, "clicks", "items", "clicks-*");
        TrackerProgress.await(rest, "clicks", 10, stats -> {});
        assertTrue(known("clicks", "ann"));
        JsonNode answer = rest.delete(TRACKERS + "clicks/users/ann?events=true");
        assertEquals(answer.toString(), 6, answer.path("events").path("deleted").asInt());
        assertEquals(0, answer.path("events").path("conflicts").asInt() + answer.path("events").path("failures").asInt());
        assertEquals(4, events("clicks-*"));
        assertFalse(known("clicks", "ann"));
        assertTrue(known("clicks", "ann-1"));
        assertTrue(known("clicks", "bob"));
    }

    /** A number is one user in every notation, and a string of the same characters another. */
    @Test
    public void deletesNumbersInEveryNotation() throws IOException {
        rest.put("/counters", "{\"mappings\":{\"properties\":{\"client_id\":{\"type\":\"keyword\"}}}}");
        for (String user : List.of("42", "42.0", "4.2e1", "\"42\"", "\"42.0\"", "4.2", "420")) {
            rest.post("/counters/_doc", """
                {"client_id":%s,"action_name":"click","timestamp":"%s","event_attributes":{"object":{"object_id":"item-1"}}}"""
                .formatted(user, Instant.now()));
        }
        TinyShop.track(rest, "counters", "items", "counters");
        TrackerProgress.await(rest, "counters", 7, stats -> {});
        assertEquals(4, rest.get(TRACKERS + "counters/users/42").path("events").asInt());
        JsonNode answer = rest.delete(TRACKERS + "counters/users/42?events=true");
        assertEquals(answer.toString(), 4, answer.path("events").path("deleted").asInt());
        assertEquals(3, events("counters"));
        assertTrue(known("counters", "42.0") && known("counters", "4.2") && known("counters", "420"));
        answer = rest.delete(TRACKERS + "counters/users/42.0?events=true");
        assertEquals(answer.toString(), 1, answer.path("events").path("deleted").asInt());
        assertEquals(2, events("counters"));
    }

    @Test
    public void saysWhatItCannotFindBeforeItForgets() throws IOException {
        rest.put("/hidden", "{\"mappings\":{\"properties\":{\"client_id\":{\"type\":\"text\"}}}}");
        click("hidden", "client_id", "ann", "item-1");
        TinyShop.track(rest, "hidden", "items", "hidden");
        TrackerProgress.await(rest, "hidden", 1, stats -> {});
        RestFailure e = assertThrows(RestFailure.class, () -> rest.delete(TRACKERS + "hidden/users/ann?events=true"));
        assertEquals(400, e.status());
        assertThat(e.getMessage(), containsString("cannot be found by [client_id] in index [hidden]"));
        assertTrue(known("hidden", "ann"));
        rest.delete(TRACKERS + "hidden/users/ann");
        assertFalse(known("hidden", "ann"));
        assertEquals(1, events("hidden"));
    }

    @Test
    public void whoOptsOutIsNobody() throws IOException {
        click("quiet", "client_id", "ann", "item-1");
        TinyShop.track(rest, "quiet", "items", "quiet");
        TrackerProgress.await(rest, "quiet", 1, stats -> {});
        JsonNode personal = search("ann").path(0).path("_id");
        assertNotEquals(search("nobody"), search("ann"));
        rest.put(TRACKERS + "quiet/users/ann/_opt_out", null);
        assertEquals(search("nobody"), search("ann"));
        click("quiet", "client_id", "ann", "item-1");
        TrackerProgress.await(rest, "quiet", 2, stats -> {});
        assertEquals(1, rest.get(TRACKERS + "quiet/_stats").path("events").path("skipped").path("opted_out").asInt());
        assertFalse(known("quiet", "ann"));
        rest.delete(TRACKERS + "quiet/users/ann/_opt_out");
        click("quiet", "client_id", "ann", "item-1");
        TrackerProgress.await(rest, "quiet", 3, stats -> {});
        assertTrue(known("quiet", "ann"));
        assertEquals(personal, search("ann").path(0).path("_id"));
    }

    private static JsonNode search(String user) {
        return rest.post("/items/_search", """
            {"size":20,"query":{"match_all":{}},"rescore":{"window_size":20,"affinity":{"tracker":"quiet","user":"%s","signals":{"popularity":0}}}}"""
            .formatted(user)).path("hits").path("hits");
    }

    @Test
    public void storesAndLogsNoName() throws IOException {
        rest.put(TRACKERS + "secret", """
            {"items":{"index":"items","vector_field":"item_vector"},"events":{"index":"secret-log"},"actions":{"click":1},
             "users":{"pseudonym":"2026"},"retention":"90d"}""");
        click("secret-log", "client_id", "annabella", "item-1");
        TrackerProgress.await(rest, "secret", 1, stats -> {});
        assertEquals("annabella", rest.get(TRACKERS + "secret/users/annabella").path("user").asText());
        assertFalse(rest.get("/.affinity-interests-secret/_search").toString().contains("annabella"));
        RestFailure e = assertThrows(RestFailure.class, () -> TinyShop.track(rest, "secret", "items", "secret-log"));
        assertEquals(400, e.status());
        try (Stream<Path> logs = Files.list(node.log().getParent())) {
            for (Path log : logs.filter(file -> file.toString().endsWith(".log")).toList()) {
                assertFalse(log.toString(), Files.readString(log).contains("annabella"));
            }
        }
    }
}
