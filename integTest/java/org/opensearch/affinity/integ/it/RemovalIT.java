package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.nio.file.Path;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

/** A node whose plugin is removed while a tracker is defined: it starts, and goes on once the plugin is installed again. */
public class RemovalIT {
    private static final TinyShop SHOP = new TinyShop(20, 2);
    private static final int EVENTS = 200;

    private Path folder;
    private Node node;

    @Before
    public void startNode() throws IOException {
        folder = BuiltPlugin.folder(RemovalIT.class);
        NodeSettings settings = NodeSettings.single(folder.resolve("node"), Ports.free(1).getFirst(), "512m", NodeSettings.QUICK);
        node = Node.start(BuiltPlugin.home(), settings, waited -> {});
    }

    @After
    public void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    public void nodeStartsWithoutThePluginAndGoesOnWithIt() throws IOException {
        Rest rest = node.rest();
        SHOP.stock(rest, "products", 1);
        TinyShop.openLog(rest, "ubi_events", 1);
        TinyShop.track(rest, "shop", "products", "ubi_events");
        new BulkFeed(rest, "ubi_events", 100).send(SHOP.log(EVENTS), done -> {});
        assertEquals(EVENTS, TrackerProgress.await(rest, "shop", EVENTS, seen -> {}).applied());
        JsonNode before = rest.get("/_plugins/_affinity/trackers/shop");

        node.kill();
        node.restart(OpenSearchHome.install(BuiltPlugin.distribution(), (Path) null, folder.resolve("without")), waited -> {});
        assertThrows("no plugin, no calls", RestFailure.class, () -> rest.get("/_plugins/_affinity/trackers"));
        rest.put("/other/_doc/1", "{\"a\": 1}"); // the cluster state changes and is stored without the plugin's part

        node.kill();
        node.restart(BuiltPlugin.home(), waited -> {});
        rest.get("/_cluster/health?wait_for_status=yellow&timeout=60s");
        assertEquals(EVENTS, TrackerProgress.await(rest, "shop", EVENTS, seen -> {}).applied());
        assertEquals(before, rest.get("/_plugins/_affinity/trackers/shop"));
        new BulkFeed(rest, "ubi_events", 100).send(SHOP.log(EVENTS + 10), done -> {});
        assertEquals(EVENTS + 10, TrackerProgress.await(rest, "shop", EVENTS + 10, seen -> {}).applied());
    }
}
