package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Cluster;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

/**
 * A search is answered whatever becomes of the profile, and of one copy of the items. Items lie on the first two nodes, each
 * shard on both; profiles lie on the third alone, so that it can be stopped, frozen and started without a loss to the items.
 */
public class RankFaultsIT {
    private static final TinyShop SHOP = new TinyShop(60, 2);
    private static final int EVENTS = 80;
    private static final String PROFILES = ".affinity-interests-tiny.1";
    private static final String WARNING = "[affinity] the profile is not available: the results are not personalised";
    /** For a profile that does not come, and what a search may take on a machine that is busy with other things. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int CLIENTS = 4;

    private static Cluster cluster;
    private static Rest rest;
    private static Node keeper;

    /** One search. */
    private record Answer(List<String> hits, int failedShards, String warning, Duration took) {
        boolean personal() {
            return warning.isEmpty();
        }
    }

    /**
     * A search that may fail.
     *
     * @param began  {@link System#nanoTime}
     * @param answer null if there was none
     */
    private record Attempt(boolean personalised, long began, Answer answer) {
        static Attempt of(boolean personalised, String parameters) {
            long began = System.nanoTime();
            try {
                return new Attempt(personalised, began, ask(parameters, 0, 60, personalised ? rescore("user-1") : ""));
            } catch (RestFailure e) {
                return new Attempt(personalised, began, null);
            }
        }

        boolean failed() {
            return answer == null || answer.failedShards() != 0;
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
        TrackerProgress.await(rest, "tiny", EVENTS, seen -> {});
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

    /** While clients ask both kinds of search in turns, of the copies on the node that dies as long as it is there. */
    @Test
    public void nodeOfItemsDiesAndReturns() throws Exception {
        Node dying = cluster.nodes().get(1);
        String copies = "&preference=_prefer_nodes:" + dying.rest().get("/_nodes/_local").path("nodes").fieldNames().next();
        List<String> personal = awaitPersonal();
        List<String> nobody = search("nobody").hits();
        Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
        AtomicBoolean running = new AtomicBoolean(true);
        List<CompletableFuture<Void>> clients = Stream.generate(() -> CompletableFuture.runAsync(() -> {
            while (running.get()) {
                attempts.add(Attempt.of(false, copies));
                attempts.add(Attempt.of(true, copies));
            }
        }, task -> new Thread(task, "searches").start())).limit(CLIENTS).toList();
        long gone;
        try {
            awaitMore(attempts);
            dying.kill();
            gone = System.nanoTime();
            awaitMore(attempts);
            assertPages(personal, nobody);
            dying.restart(waited -> {});
            rest.get("/_cluster/health/items?wait_for_nodes=3&wait_for_status=green&timeout=60s");
            awaitMore(attempts);
        } finally {
            running.set(false);
            clients.forEach(CompletableFuture::join);
        }
        assertPages(personal, nobody);
        for (Attempt attempt : attempts) {
            if (attempt.failed() == false) {
                assertEquals(attempt.personalised() && attempt.answer().personal() ? personal : nobody, attempt.answer().hits());
            }
        }
        // A search that is under way may lose the hits that it was about to fetch; who of a client's two that is, is chance.
        String counts = "failed of " + attempts.size() + ": " + failed(attempts, 0, true) + " personalised, " + failed(attempts, 0, false) + " others";
        assertThat(counts, failed(attempts, 0, true), lessThanOrEqualTo(failed(attempts, 0, false) + CLIENTS));
        assertThat("begun after the node was gone", failed(attempts, gone, true), lessThanOrEqualTo(failed(attempts, gone, false)));
    }

    private static long failed(Queue<Attempt> attempts, long since, boolean personalised) {
        return attempts.stream().filter(attempt -> attempt.personalised() == personalised && attempt.began() >= since && attempt.failed()).count();
    }

    private static void awaitMore(Queue<Attempt> attempts) throws InterruptedException {
        int from = attempts.size();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (attempts.size() < from + 20 * CLIENTS) {
            assertTrue("searches stand still", System.nanoTime() < end);
            Thread.sleep(20);
        }
    }

    /** All hits are on one page each, in their order. */
    private static void assertPages(List<String> personal, List<String> nobody) {
        for (String user : List.of("user-1", "nobody")) {
            List<String> pages = new ArrayList<>();
            for (int from = 0; from < 60; from += 10) {
                int first = from;
                pages.addAll(inTime(() -> ask("", first, 10, rescore(user))));
            }
            assertEquals(user.equals("nobody") ? nobody : personal, pages);
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
        return inTime(() -> search("user-1"));
    }

    /** The hits of a search, asked again until the profile is read in time. */
    private static List<String> inTime(Supplier<Answer> search) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Answer answer = search.get();
        while (answer.personal() == false && System.nanoTime() < end) {
            answer = search.get();
        }
        assertTrue(answer.toString(), answer.personal());
        return answer.hits();
    }

    private static Answer search(String user) {
        return ask("", 0, 60, rescore(user));
    }

    private static String rescore(String user) {
        return ",\"rescore\":{\"affinity\":{\"tracker\":\"tiny\",\"user\":\"%s\"}}".formatted(user);
    }

    private static Answer ask(String parameters, int from, int size, String more) {
        long begin = System.nanoTime();
        Rest.Answer answer = rest.ask("POST", "/items/_search?" + parameters, """
            {"from":%d,"size":%d,"_source":false,
             "query":{"function_score":{"query":{"match_all":{}},"field_value_factor":{"field":"base"},"boost_mode":"replace"}}%s}""".formatted(from, size, more));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        List<String> hits = new ArrayList<>();
        for (JsonNode hit : answer.body().path("hits").path("hits")) {
            hits.add(hit.path("_id").asText());
        }
        return new Answer(hits, answer.body().path("_shards").path("failed").asInt(-1), answer.warning(), took);
    }
}
