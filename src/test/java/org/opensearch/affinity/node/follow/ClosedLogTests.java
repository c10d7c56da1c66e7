package org.opensearch.affinity.node.follow;

/** An event index that is closed while a tracker names it. */
public class ClosedLogTests extends TrackTestCase {
    public void testAClosedIndexIsLeftOutUntilItIsOpened() throws Exception {
        shop("");
        click("ann", "tent", 1_700_000_000_000L);
        awaitStats("\"applied\":1", "\"index\":\"ubi_events\"");
        client().admin().indices().prepareClose("ubi_events").get();
        awaitStats("\"slices\":[]");
        put("");
        rebuild(false);
        awaitIndices(SECOND);
        client().admin().indices().prepareOpen("ubi_events").get();
        ensureGreen("ubi_events");
        click("bob", "desk", 1_700_000_100_000L);
        awaitStats("\"applied\":2");
    }
}
