package org.opensearch.affinity.node.follow;

import org.opensearch.affinity.profile.Profile;

/** Requests that need a profile of their own do not change the one that searches share. */
public class SharedProfileTests extends TrackTestCase {
    /** Reads the profile until two requests get the same object. */
    private Profile shared() throws Exception {
        Profile[] shared = new Profile[1];
        assertBusy(() -> {
            shared[0] = profile("ann");
            assertSame(shared[0], profile("ann"));
        });
        return shared[0];
    }

    public void testRecentItemsAreAddedToACopy() throws Exception {
        shop("");
        click("ann", "tent", System.currentTimeMillis());
        awaitStats("\"applied\":1");
        Profile shared = shared();
        Profile before = copyWriteable(shared, writableRegistry(), Profile::new);
        Profile withRecent = profile("ann", "desk");
        assertEquals(2, withRecent.events());
        assertEquals(before, shared);
        assertEquals(before, profile("ann"));
    }

    public void testRetentionIsAppliedToACopy() throws Exception {
        shop("");
        long now = System.currentTimeMillis();
        click("ann", "tent", now - 100 * DAY);
        click("ann", "desk", now - DAY);
        awaitStats("\"applied\":2");
        Profile shared = shared();
        put(", \"retention\": \"90d\"");
        assertEquals(1, profile("ann").history().size());
        assertEquals("no search must see its profile change", 2, shared.history().size());
    }
}
