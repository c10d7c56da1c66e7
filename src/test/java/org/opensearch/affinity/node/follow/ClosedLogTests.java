package org.opensearch.affinity.node.follow;

import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.LogScan;
import org.opensearch.index.IndexNotFoundException;

import java.io.IOException;

/** An event index that is closed while a tracker names it. */
public class ClosedLogTests extends TrackTestCase {
    private LogScan scan() throws IOException {
        UserNames names = UserNames.live("shop", state(), getInstanceFromNode(UserKeys.class));
        return LogScan.open(client(), tracker(""), names, 1);
    }

    public void testAClosedIndexIsLeftOutUntilItIsOpened() throws Exception {
        shop("");
        click("ann", "tent", 1_700_000_000_000L);
        awaitStats("\"applied\":1", "\"index\":\"ubi_events\"");
        client().admin().indices().prepareClose("ubi_events").get();
        awaitStats("\"slices\":[]");
        put("");
        expectThrows(IndexNotFoundException.class, () -> scan().close());
        rebuild(false);
        awaitIndices(SECOND);
        client().admin().indices().prepareOpen("ubi_events").get();
        ensureGreen("ubi_events");
        click("bob", "desk", 1_700_000_100_000L);
        awaitStats("\"applied\":2");
        scan().close();
    }
}
