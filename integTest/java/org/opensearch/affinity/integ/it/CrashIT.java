package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/** A power cut in the middle of a log. */
public class CrashIT {
    private static final TinyShop SHOP = new TinyShop(60, 5);
    private static final int EVENTS = 12_000;
    private static final int KILL_AFTER = 1_500;

    private Node node;

    @Before
    public void startNode() throws IOException {
        int port = Ports.free(1).getFirst();
        node = Node.start(BuiltPlugin.home(), NodeSettings.single(BuiltPlugin.folder(CrashIT.class), port, "512m", NodeSettings.QUICK), waited -> {});
    }

    @After
    public void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    public void everyEventCountsOnceThroughAKill() throws IOException {
        Rest rest = node.rest();
        SHOP.stock(rest, "products", 1);
        TinyShop.openLog(rest, "ubi_events", 1);
        TinyShop.track(rest, "killed", "products", "ubi_events");
        CompletableFuture<Long> feed = CompletableFuture.supplyAsync(this::replay);
        TrackerProgress before = TrackerProgress.of(rest, "killed");
        while (before.read() < KILL_AFTER) {
            before = TrackerProgress.of(rest, "killed");
        }
        node.kill();
        assertTrue("the kill must come in the middle of the replay", failed(feed));
        node.restart(waited -> {});
        rest.get("/_cluster/health?wait_for_status=yellow&timeout=60s");
        assertEquals(EVENTS, replay());
        TrackerProgress after = TrackerProgress.await(rest, "killed", EVENTS, seen -> {});
        assertEquals(after.toString(), EVENTS, after.applied());

        TinyShop.track(rest, "undisturbed", "products", "ubi_events");
        TrackerProgress.await(rest, "undisturbed", EVENTS, seen -> {});
        for (int user = 0; user < SHOP.users(); user++) {
            assertSameProfile(TinyShop.user(user));
        }
    }

    private long replay() {
        return new BulkFeed(node.rest(), "ubi_events", 100).send(SHOP.log(EVENTS), done -> {});
    }

    private static boolean failed(CompletableFuture<Long> feed) {
        try {
            feed.join();
            return false;
        } catch (CompletionException e) {
            return e.getCause() instanceof RestFailure refused && refused.status() == 0;
        }
    }

    private void assertSameProfile(String user) {
        JsonNode undisturbed = node.rest().get("/_plugins/_affinity/trackers/undisturbed/users/" + user);
        JsonNode killed = node.rest().get("/_plugins/_affinity/trackers/killed/users/" + user);
        assertEquals(EVENTS / SHOP.users(), undisturbed.path("events").asInt());
        assertEquals(EVENTS / SHOP.users(), killed.path("events").asInt());
        assertEquals(undisturbed.path("history"), killed.path("history"));
        assertThat(undisturbed.path("interests").size(), greaterThan(1));
        assertEquals(undisturbed.path("interests").size(), killed.path("interests").size());
        for (int i = 0; i < undisturbed.path("interests").size(); i++) {
            JsonNode expected = undisturbed.path("interests").path(i);
            JsonNode actual = killed.path("interests").path(i);
            assertEquals(expected.path("events"), actual.path("events"));
            assertEquals(expected.path("last_seen"), actual.path("last_seen"));
            assertEquals(expected.path("weight").asDouble(), actual.path("weight").asDouble(), 1e-6 * Math.abs(expected.path("weight").asDouble()));
            assertEquals(expected.path("examples"), actual.path("examples"));
        }
    }
}
