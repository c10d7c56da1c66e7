package org.opensearch.affinity.node.follow;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkRequestBuilder;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.core.action.ActionListener;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Followers read few profiles at a time, and those that they wrote not again unless another has written them since. */
public class ProfileReadsTests extends TrackTestCase {
    /** Counts the profiles that are read with their content, and the largest number of documents of one request. */
    public static final class Reads extends Plugin implements ActionPlugin {
        static final AtomicInteger FULL = new AtomicInteger();
        static final AtomicInteger MOST = new AtomicInteger();

        @Override
        public List<ActionFilter> getActionFilters() {
            return List.of(new ActionFilter.Simple() {
                @Override
                public int order() {
                    return 0;
                }

                @Override
                protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
                    if (request instanceof MultiGetRequest reads) {
                        MOST.accumulateAndGet(reads.getItems().size(), Math::max);
                        FULL.addAndGet((int) reads.getItems().stream().filter(Reads::isProfile).count());
                    }
                    return true;
                }
            });
        }

        private static boolean isProfile(MultiGetRequest.Item item) {
            boolean full = item.fetchSourceContext() == null || item.fetchSourceContext().fetchSource();
            return full && item.id().startsWith("user:");
        }
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
        plugins.add(Reads.class);
        return plugins;
    }

    @Override
    public void setUp() throws Exception {
        super.setUp();
        Reads.FULL.set(0);
        Reads.MOST.set(0);
    }

    public void testProfilesThatWereWrittenAreNotReadAgain() throws Exception {
        shop(", \"impressions\": [\"view\"]");
        for (int i = 0; i < 5; i++) {
            click("ann", i % 2 == 0 ? "tent" : "desk", OLD + i * DAY);
            awaitStats("\"applied\":" + (i + 1) + ",");
        }
        act("ann", "view", "tent", OLD);
        awaitStats("\"impressions\":1,");
        assertEquals("the first time, when there was none", 1, Reads.FULL.get());

        optOut("ann", true);
        int before = Reads.FULL.get();
        act("ann", "view", "tent", OLD);
        awaitStats("\"impressions\":1,", "\"opted_out\":1,");
        assertEquals("another has written it since", before + 1, Reads.FULL.get());
        click("ann", "tent", OLD + 9 * DAY);
        awaitStats("\"applied\":5,", "\"opted_out\":2,");
    }

    /** An index of the same name can have documents of the same versions. */
    public void testAnotherIndexOfTheSameName() throws Exception {
        shop("");
        click("ann", "tent", OLD);
        awaitStats("\"applied\":1,");
        client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("shop")).actionGet();
        put("");
        awaitStats("\"applied\":1,");
        assertEquals(1, profile("ann").events());
        click("ann", "desk", OLD + DAY);
        awaitStats("\"applied\":2,");
        assertEquals(2, profile("ann").events());
    }

    public void testManyUsersAreReadInTurns() throws Exception {
        shop("");
        BulkRequestBuilder bulk = client().prepareBulk();
        int users = 450;
        for (int user = 0; user < users; user++) {
            Map<String, Object> object = Map.of("object", Map.of("object_id", "tent"));
            String at = Instant.ofEpochMilli(OLD).toString();
            bulk.add(
                client().prepareIndex("ubi_events")
                    .setSource(Map.of("client_id", "user-" + user, "action_name", "click", "timestamp", at, "event_attributes", object))
            );
        }
        bulk.get();
        awaitStats("\"applied\":" + users + ",");
        assertEquals(users, Reads.FULL.get());
        assertTrue("searches wait for the thread that reads: " + Reads.MOST.get(), Reads.MOST.get() <= 20);
    }
}
