package org.opensearch.affinity.node.follow;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.Version;
import org.opensearch.affinity.follow.RebuildAction;
import org.opensearch.affinity.follow.RebuildLag;
import org.opensearch.affinity.follow.RebuildWatchers;
import org.opensearch.affinity.follow.WatchRebuildAction;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.common.action.ActionFuture;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.TaskInfo;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rebuilds of profiles and item rows from the log, on a single node. */
public class RebuildTests extends TrackTestCase {
    private static final List<String> USERS = List.of("ann", "bob", "carl", "dora");

    private List<Profile> profiles() {
        return USERS.stream().map(user -> profile(user)).toList();
    }

    /** Ann has six events, Bob was forgotten and has an event since, Carl opted out, and Dora was forgotten. */
    private void behave() throws Exception {
        long now = System.currentTimeMillis();
        for (int i = 0; i < 6; i++) {
            click("ann", i % 2 == 0 ? "tent" : "desk", now - i * DAY);
        }
        for (String user : List.of("bob", "carl", "dora")) {
            click(user, "tent", now - DAY);
        }
        awaitStats("\"applied\":9");
        forget("bob");
        optOut("carl", true);
        forget("dora");
        click("bob", "desk", now + DAY / 2);
        awaitStats("\"applied\":10");
    }

    public void testProfilesAndErasuresAreTheSame() throws Exception {
        shop("");
        behave();
        List<Profile> before = profiles();
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"opted_out\":1", "\"forgotten\":2", "\"applied\":7");
        assertEquals(before, profiles());
        click("carl", "tent", System.currentTimeMillis());
        click("ann", "tent", System.currentTimeMillis());
        awaitStats("\"opted_out\":2", "\"applied\":8");
        assertEquals(7, profile("ann").events());
        put(", \"half_life\": \"3d\"");
        rebuild(false);
        awaitIndices(Set.of(".affinity-interests-shop.3", ".affinity-items-shop.3"));
        assertEquals(7, profile("ann").events());
        assertNull(profile("carl"));
        client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("shop")).actionGet();
        awaitIndices(Set.of());
        put("");
        awaitStats("\"applied\":12");
        assertEquals(FIRST, indices());
    }

    public void testErasuresDuringARebuild() throws Exception {
        shop("");
        behave();
        Refusals.index = ".affinity-items-shop@1";
        try {
            rebuild(false);
            assertBusy(() -> assertTrue(stats(), stats().contains("\"rebuild\":{\"read\":0,\"to_read\":10,\"percent\":0,\"slices\":1,\"slices_behind\":1}")));
            Exception e = expectThrows(OpenSearchStatusException.class, () -> rebuild(false));
            assertEquals(RestStatus.CONFLICT, ((OpenSearchStatusException) e).status());
            assertNotNull("the profiles in use are read until the rebuild is finished", profile("ann"));
            forget("ann");
            optOut("bob", true);
            optOut("carl", false);
            optOut("carl", false);
        } finally {
            Refusals.index = null;
        }
        awaitIndices(SECOND);
        assertNull(profile("ann"));
        click("ann", "tent", System.currentTimeMillis() - DAY);
        click("bob", "tent", System.currentTimeMillis() + DAY / 2);
        click("carl", "tent", System.currentTimeMillis() + DAY / 2);
        assertBusy(() -> {
            assertNotNull("opted in again", profile("carl"));
            assertNull(profile("ann"));
            assertNull(profile("bob"));
        });
    }

    public void testCancelChangesNothing() throws Exception {
        shop("");
        behave();
        List<Profile> before = profiles();
        Refusals.index = ".affinity-interests-shop@1";
        try {
            rebuild(false);
            assertBusy(() -> assertEquals(4, indices().size()));
            rebuild(true);
            awaitIndices(FIRST);
        } finally {
            Refusals.index = null;
        }
        assertEquals(before, profiles());
        assertFalse(stats(), stats().contains("\"rebuild\""));
        click("ann", "tent", System.currentTimeMillis());
        awaitStats("\"applied\":11");
        rebuild(false);
        awaitIndices(SECOND);
        assertEquals(7, profile("ann").events());
    }

    private ActionFuture<WatchRebuildAction.Response> watch() {
        return client().execute(WatchRebuildAction.INSTANCE, new WatchRebuildAction.Request("shop", false));
    }

    private List<TaskInfo> watchTasks() {
        return client().admin().cluster().prepareListTasks().setActions("*affinity*rebuild*").setDetailed(true).get().getTasks();
    }

    public void testWatchOfNoRebuildEnds() throws Exception {
        shop("");
        assertEquals(WatchRebuildAction.Outcome.CANCELLED, watch().actionGet("30s").outcome());
        assertEquals(List.of(), watchTasks());
    }

    public void testTaskShowsAndCancelsTheRebuild() throws Exception {
        shop("");
        behave();
        Refusals.index = ".affinity-items-shop@1";
        try {
            rebuild(false);
            ActionFuture<WatchRebuildAction.Response> watched = watch();
            assertBusy(() -> assertEquals(new RebuildLag(0, 10, 1, 1), watchTasks().getFirst().getStatus()));
            TaskInfo task = watchTasks().getFirst();
            assertEquals("rebuild of tracker [shop]", task.getDescription());
            client().admin().cluster().prepareCancelTasks().setTaskId(task.getTaskId()).get();
            assertEquals(WatchRebuildAction.Outcome.CANCELLED, watched.actionGet("30s").outcome());
            awaitIndices(FIRST);
        } finally {
            Refusals.index = null;
        }
        rebuild(false);
        RebuildAction.Request late = RebuildAction.Request.cancel("shop", 7);
        client().execute(RebuildAction.INSTANCE, late).actionGet();
        WatchRebuildAction.Outcome outcome = watch().actionGet("30s").outcome();
        assertEquals("a rebuild of another number is not cancelled", WatchRebuildAction.Outcome.REBUILT, outcome);
        awaitIndices(SECOND);
        assertEquals(List.of(), watchTasks());
    }

    public void testDeletedTrackerEndsTheTask() throws Exception {
        shop("");
        behave();
        Refusals.index = ".affinity-items-shop@1";
        try {
            rebuild(false);
            ActionFuture<WatchRebuildAction.Response> watched = watch();
            client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("shop")).actionGet();
            assertEquals(WatchRebuildAction.Outcome.DELETED, watched.actionGet("30s").outcome());
        } finally {
            Refusals.index = null;
        }
    }

    public void testRebuildWithoutATaskGetsOne() throws Exception {
        shop("");
        behave();
        Refusals.index = ".affinity-items-shop@1";
        try {
            rebuild(false);
            assertEquals(List.of(), watchTasks());
            assertBusy(() -> assertEquals(4, indices().size()));
            RebuildWatchers watchers = new RebuildWatchers(client());
            watchers.check(state());
            assertBusy(() -> assertEquals(1, watchTasks().size()));
            watchers.checkAll();
            watchers.check(state());
            Thread.sleep(300);
            assertEquals("one is enough", 1, watchTasks().size());
            client().admin().cluster().prepareCancelTasks().setTaskId(watchTasks().getFirst().getTaskId()).get();
            awaitIndices(FIRST);
            assertBusy(() -> assertEquals(List.of(), watchTasks()));
            rebuild(false);
            watchers.check(state());
            Thread.sleep(200);
            assertEquals("the node that began it is about to watch it", List.of(), watchTasks());
            DiscoveryNode dead = new DiscoveryNode("dead", buildNewFakeTransportAddress(), Version.CURRENT);
            watchers.check(ClusterState.builder(state()).nodes(DiscoveryNodes.builder(state().nodes()).add(dead)).build());
            watchers.check(state());
            assertBusy(() -> assertEquals(1, watchTasks().size()));
        } finally {
            Refusals.index = null;
        }
        awaitIndices(SECOND);
    }

    public void testSerializationOfGenerations() throws Exception {
        shop("");
        rebuild(false);
        ProfileGenerations generations = ProfileGenerations.of(state());
        assertEquals(1, generations.of("shop").next() + generations.of("shop").live());
        assertEquals(generations, copyWriteable(generations, writableRegistry(), ProfileGenerations.KIND::read));
        ToXContent.Params onDisk = new ToXContent.MapParams(Map.of(Metadata.CONTEXT_MODE_PARAM, Metadata.CONTEXT_MODE_GATEWAY));
        XContentBuilder json = generations.toXContent(JsonXContent.contentBuilder().startObject(), onDisk).endObject();
        try (XContentParser parser = createParser(json)) {
            parser.nextToken();
            assertEquals(generations, ProfileGenerations.KIND.parse(parser));
        }
    }
}
