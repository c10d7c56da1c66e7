package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

/**
 * A search is answered whatever becomes of the profile. Items lie on the first two nodes, each shard on both; profiles lie
 * on the third alone, so that it can be stopped, frozen and started without a loss to the items.
 */
public class RankFaultsIT {
    private static final TinyShop SHOP = new TinyShop(60, 2);
    private static final int EVENTS = 80;
    private static final String PROFILES = ".affinity-interests-tiny.1";
    private static final String WARNING = "[affinity] the profile is not available: the results are not personalised";
    /** For a profile that does not come, and what a search may take on a machine that is busy with other things. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static Cluster cluster;
    private static Rest rest;
    private static Node keeper;

    /** One search. */
    private record Answer(List<String> hits, int failedShards, String warning, Duration took) {
        boolean personal() {
            return warning.isEmpty();
        }
    }

    @BeforeClass
    public static void fillCluster() throws IOException {
        cluster = Cluster.start(BuiltPlugin.home(), BuiltPlugin.folder(RankFaultsIT.class), 3, "384m", NodeSettings.QUICK);
        rest = cluster.rest();
        keeper = cluster.nodes().get(2);
        rest.put("/_cluster/settings", "{\"persistent\":{\"affinity.profile_timeout\":\"50ms\"}}");
        SHOP.stock(rest, "items", 2);
        rest.put("/items/_settings", "{\"index\":{\"number_of_replicas\":1,\"routing.allocation.exclude._name\":\"node-3\"}}");
        rest.get("/_cluster/health/items?wait_for_status=green&wait_for_no_relocating_shards=true&timeout=60s");
    }

    @Before
    public void fillProfiles() throws IOException {
        rest.put("/ubi_events", """
            {"settings":{"number_of_shards":1,"number_of_replicas":0,"routing.allocation.exclude._name":"node-3"},
             "mappings":{"properties":{"user_id":{"type":"keyword"},"action_name":{"type":"keyword"},"timestamp":{"type":"date"}}}}""");
        TinyShop.track(rest, "tiny", "items", "ubi_events");
        rest.put("/" + PROFILES + "/_settings", """
            {"index":{"auto_expand_replicas":"false","number_of_replicas":0,"routing.allocation.require._name":"node-3"}}""");
        rest.get("/_cluster/health/" + PROFILES + "?wait_for_status=green&wait_for_no_relocating_shards=true&timeout=60s");
        new BulkFeed(rest, "ubi_events", 50).send(SHOP.log(EVENTS), done -> {});
        TrackerStats.await(rest, "tiny", EVENTS, seen -> {});
        awaitPersonal();
    }

    @After
    public void forget() {
        rest.delete("/_plugins/_affinity/trackers/tiny");
        rest.delete("/ubi_events");
    }

    @AfterClass
    public static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    public void profilesClosed() {
        List<String> personal = awaitPersonal();
        rest.post("/" + PROFILES + "/_close", null);
        assertUnpersonal(personal);
        rest.post("/" + PROFILES + "/_open", null);
        assertEquals(personal, awaitPersonal());
    }

    @Test
    public void profilesDeleted() {
        List<String> personal = awaitPersonal();
        rest.delete("/" + PROFILES);
        assertUnpersonal(personal);
    }

    /** The node with the profiles is there, takes what it is sent, and does not answer. */
    @Test
    public void profilesSlow() throws Exception {
        List<String> personal = awaitPersonal();
        signal("STOP");
        try {
            for (int i = 0; i < 5; i++) {
                assertUnpersonal(personal);
            }
        } finally {
            signal("CONT");
        }
        assertEquals(personal, awaitPersonal());
    }

    /** While searches run without a break. */
    @Test
    public void nodeOfTheProfilesDiesAndReturns() throws Exception {
        List<String> personal = awaitPersonal();
        AtomicBoolean running = new AtomicBoolean(true);
        List<Answer> answers = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> searches = CompletableFuture.runAsync(() -> {
            while (running.get()) {
                answers.add(search("user-1"));
            }
        });
        try {
            awaitNext(answers, true);
            keeper.kill();
            awaitNext(answers, false);
            rest.get("/_cluster/health/items?wait_for_nodes=2&timeout=60s");
            assertEquals("red", rest.get("/_cluster/health/" + PROFILES).path("status").asText());
            assertUnpersonal(personal);
            keeper.restart(waited -> {});
            awaitNext(answers, true);
        } finally {
            running.set(false);
            searches.join();
        }
        List<String> nobody = search("nobody").hits();
        for (Answer answer : answers) {
            assertEquals("profiles have no part in shards of items", 0, answer.failedShards());
            assertEquals(answer.toString(), answer.personal() ? personal : nobody, answer.hits());
            assertThat(answer.took(), lessThan(PATIENCE));
        }
    }

    /** Waits for an answer after those that there are. */
    private static void awaitNext(List<Answer> answers, boolean personal) throws InterruptedException {
        int from = answers.size();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (List.copyOf(answers).stream().skip(from).noneMatch(answer -> answer.personal() == personal)) {
            assertTrue("no such answer for 60 s: personal " + personal, System.nanoTime() < end);
            Thread.sleep(20);
        }
    }

    private static void signal(String name) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(keeper.pid())).start().waitFor());
    }

    private static void assertUnpersonal(List<String> personal) {
        Answer answer = search("user-1");
        assertEquals(WARNING, answer.warning());
        assertEquals(0, answer.failedShards());
        assertThat(answer.took(), lessThan(PATIENCE));
        assertEquals(60, answer.hits().size());
        assertNotEquals("the test needs somebody with a taste", personal, answer.hits());
    }

    /** What she sees once her profile is read in time. */
    private static List<String> awaitPersonal() {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Answer answer = search("user-1");
        while (answer.personal() == false && System.nanoTime() < end) {
            answer = search("user-1");
        }
        assertTrue(answer.toString(), answer.personal());
        return answer.hits();
    }

    private static Answer search(String user) {
        long begin = System.nanoTime();
        Rest.Answer answer = rest.ask("POST", "/items/_search", """
            {"size":60,"_source":false,
             "query":{"function_score":{"query":{"match_all":{}},"field_value_factor":{"field":"base"},"boost_mode":"replace"}},
             "rescore":{"affinity":{"tracker":"tiny","user":"%s"}}}""".formatted(user));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        List<String> hits = new ArrayList<>();
        for (JsonNode hit : answer.body().path("hits").path("hits")) {
            hits.add(hit.path("_id").asText());
        }
        return new Answer(hits, answer.body().path("_shards").path("failed").asInt(-1), answer.warning(), took);
    }
}
