package org.opensearch.affinity.node.follow;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.LogScan;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Impressions, from the log to the item table, on a single node. */
public class ImpressionTests extends TrackTestCase {
    private static final String IMPRESSIONS = ", \"impressions\": [\"impression\", \"view\"]";

    private ItemRow row(String item) {
        PlainActionFuture<List<ItemRowIndex.Stored>> rows = PlainActionFuture.newFuture();
        new ItemRowIndex(client()).load("shop", List.of(item), rows);
        return rows.actionGet().getFirst().row();
    }

    /** Checks the numbers of impressions and of events of positive weight. */
    private void assertCounted(String item, long shown, long likes) {
        assertEquals(item, List.of(shown, likes), List.of(row(item).impressions(), row(item).likes()));
    }

    private boolean hasProfile(String user) {
        return client().prepareGet(INTERESTS, "user:" + user).get().isExists();
    }

    public void testCountForTheItemOnly() throws Exception {
        shop(IMPRESSIONS);
        client().prepareIndex("products").setId("plain").setSource(Map.of("title", "without a vector")).get();
        long now = System.currentTimeMillis();
        click("ann", "tent", now - DAY);
        awaitStats("\"applied\":1,");
        Profile before = profile("ann");
        for (int i = 0; i < 3; i++) {
            act("ann", "impression", "tent", now);
            act("bob", "view", "desk", now);
        }
        act("bob", "view", "plain", now);
        act("bob", "view", "no such item", now);
        act("bob", "hover", "tent", now);
        awaitStats("\"applied\":1,\"impressions\":7,\"restrained\":{\"repeated\":0,\"too_fast\":0},\"skipped\":{\"total\":2,", "\"unweighted_action\":1,\"unknown_item\":1,");
        assertEquals("history, session and marks must not change", before, profile("ann"));
        assertFalse("impressions create no profile", hasProfile("bob"));
        assertCounted("tent", 3, 1);
        assertEquals(now - DAY, row("tent").time());
        assertCounted("desk", 3, 0);
        assertCounted("plain", 1, 0);
        assertCounted("no such item", 0, 0);
    }

    /** After a failure the log is read again from the stored progress, which may be far behind the item rows. */
    public void testEachCountsOnceWhenTheLogIsReadAgain() throws Exception {
        shop(IMPRESSIONS);
        long now = System.currentTimeMillis();
        act("ann", "view", "tent", now);
        awaitStats("\"impressions\":1,");
        Refusals.ids = "slice:";
        Refusals.index = INTERESTS;
        try {
            for (int i = 0; i < 5; i++) {
                act("ann", "view", "tent", now);
                click("ann", "tent", now + i);
                act("bob", "view", "desk", now);
            }
            assertBusy(() -> {
                assertCounted("tent", 6, 5);
                assertCounted("desk", 5, 0);
            });
            act("carl", "view", "desk", now);
            assertBusy(() -> assertCounted("desk", 6, 0));
            assertTrue("progress must not be stored: " + stats(), stats().contains("\"impressions\":1,"));
        } finally {
            Refusals.index = null;
            Refusals.ids = "";
        }
        awaitStats("\"applied\":5,\"impressions\":12,");
        assertCounted("tent", 6, 5);
        assertCounted("desk", 6, 0);
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"applied\":5,\"impressions\":12,");
        assertCounted("tent", 6, 5);
        assertCounted("desk", 6, 0);
    }

    public void testErasedImpressionsAreNotCounted() throws Exception {
        shop(IMPRESSIONS);
        long now = System.currentTimeMillis();
        act("ann", "view", "tent", now - DAY);
        awaitStats("\"impressions\":1,");
        forget("ann");
        optOut("bob", true);
        act("ann", "view", "tent", now - DAY);
        act("ann", "view", "tent", now + DAY / 2);
        act("bob", "view", "tent", now + DAY / 2);
        awaitStats("\"impressions\":2,", "\"forgotten\":1,\"opted_out\":1,");
        assertCounted("tent", 2, 0);
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"impressions\":1,", "\"forgotten\":2,\"opted_out\":1,");
        assertCounted("tent", 1, 0);
    }

    public void testOverwrittenDocumentIsADuplicate() throws Exception {
        shop(IMPRESSIONS);
        Map<String, Object> view = Map.of(
            "client_id",
            "ann",
            "action_name",
            "view",
            "timestamp",
            System.currentTimeMillis(),
            "event_attributes",
            Map.of("object", Map.of("object_id", "tent"))
        );
        client().prepareIndex("ubi_events").setId("1").setSource(view).get();
        awaitStats("\"impressions\":1,");
        client().prepareIndex("ubi_events").setId("1").setSource(view).get();
        awaitStats("\"impressions\":1,", "\"duplicate\":1");
        assertCounted("tent", 1, 0);
    }

    public void testTrainingSkipsImpressions() throws Exception {
        shop(IMPRESSIONS);
        long now = System.currentTimeMillis();
        act("ann", "view", "tent", now);
        click("ann", "desk", now);
        awaitStats("\"applied\":1,\"impressions\":1,");
        UserNames names = UserNames.live("shop", state(), getInstanceFromNode(UserKeys.class));
        List<String> items = new ArrayList<>();
        try (LogScan scan = LogScan.open(client(), Trackers.of(state()).get("shop"), names, 1)) {
            scan.read(0, false, act -> items.add(act.item()));
        }
        assertEquals(List.of("desk"), items);
    }

    /** A rebuild applies the present definition to the whole log. */
    public void testRebuildAppliesTheNewDefinition() throws Exception {
        shop("");
        act("ann", "view", "tent", System.currentTimeMillis());
        awaitStats("\"impressions\":0,", "\"unweighted_action\":1,");
        put(IMPRESSIONS);
        act("ann", "view", "tent", System.currentTimeMillis());
        awaitStats("\"impressions\":1,", "\"unweighted_action\":1,");
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"impressions\":2,", "\"unweighted_action\":0,");
        assertTrue(Strings.toString(MediaTypeRegistry.JSON, tracker(IMPRESSIONS)).contains("\"impressions\":[\"impression\",\"view\"]"));
    }
}
