package org.opensearch.affinity.node.search;

import org.opensearch.action.get.GetResponse;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.cluster.NodesAction;
import org.opensearch.affinity.stats.StatsAction;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.util.Map;

import static org.hamcrest.Matchers.containsString;

/** Values that a later version of the plugin wrote, as during an upgrade: they are left alone where this version cannot read them. */
public class LaterVersionTests extends RankTestCase {
    private static final String PROFILES = ".affinity-interests-later";

    private void shop() throws Exception {
        createItems("items", 1, "");
        index("items", "a", item(1, randomVector()));
        index("items", "b", item(2, randomVector()));
        refresh("items");
        track("later", "items", "");
        event("ann", "click", "a");
        awaitProfiles("later");
    }

    private GetResponse stored() {
        return client().prepareGet(PROFILES, "user:ann").get();
    }

    private GetResponse store(byte[] profile) {
        Map<String, Object> source = stored().getSourceAsMap();
        source.put("profile", profile);
        client().prepareIndex(PROFILES).setId("user:ann").setSource(source, XContentType.CBOR).get();
        return stored();
    }

    private String stats() {
        NodesAction.Response<?> stats = client().execute(StatsAction.INSTANCE, new NodesAction.Request()).actionGet();
        return Strings.toString(MediaTypeRegistry.JSON, stats);
    }

    public void testProfile() throws Exception {
        shop();
        byte[] written = (byte[]) stored().getSourceAsMap().get("profile");
        byte[] later = written.clone();
        later[0] = 100; // its format
        later[1] = 100; // the format that readers need
        GetResponse left = store(later);

        String search = "{" + BY_BASE + ", \"rescore\": {\"affinity\": {\"tracker\": \"later\", \"user\": \"ann\"}}}";
        Answer answer = searchOnce(new SearchRequest("items").source(source(search)));
        assertEquals(Map.of("a", 1f, "b", 2f), answer.scores());
        assertThat(answer.warnings().toString(), containsString("the profile is not available"));
        assertThat(stats(), containsString("\"profile_unavailable\":1,\"profile_unreadable\":1"));

        event("ann", "click", "b");
        Thread.sleep(2_000); // in which it would be written
        assertEquals("is not written", left.getSeqNo(), stored().getSeqNo());

        store(written);
        awaitProfiles("later");
        assertEquals("no event is lost", 2, ((Number) stored().getSourceAsMap().get("events")).longValue());
    }

    /** An entry of the cluster state stays through publication, disk and changes of others, and is not overwritten. */
    public void testEntriesOfTheClusterState() throws Exception {
        shop();
        ClusterState state = client().admin().cluster().prepareState().get().getState();
        for (boolean ofGenerations : new boolean[] { false, true }) {
            ClusterState later = ofGenerations
                ? ProfileGenerations.of(state).restored(state, "later", "AgIBAA==")
                : Trackers.of(state).restored(state, "later", "AgIBAA==");
            Trackers trackers = Trackers.of(later);
            assertNull(trackers.find("later"));
            String message = expectThrows(Exception.class, () -> trackers.named("later")).getMessage();
            assertEquals("[affinity] tracker [later] is of a later version of the plugin: upgrade the plugin of this node", message);
            assertThat(
                expectThrows(Exception.class, () -> trackers.requireReadable("later")).getMessage(),
                containsString("is of a later version")
            );
            if (ofGenerations == false) {
                ClusterState other = trackers.restored(later, "other", Trackers.of(state).text("later"));
                assertNotNull(Trackers.of(other).find("other"));
                assertEquals("AgIBAA==", Trackers.of(other).text("later"));
                assertEquals(Trackers.of(other), copyWriteable(Trackers.of(other), writableRegistry(), Trackers.KIND::read));
                assertEquals(Trackers.of(other), onDisk(Trackers.of(other)));
            }
        }
    }

    private Trackers onDisk(Trackers trackers) throws Exception {
        ToXContent.Params disk = new ToXContent.MapParams(Map.of(Metadata.CONTEXT_MODE_PARAM, Metadata.CONTEXT_MODE_GATEWAY));
        XContentBuilder json = trackers.toXContent(XContentFactory.jsonBuilder().startObject(), disk).endObject();
        String more = json.toString().replace("{\"written\"", "{\"unknown\":{\"written\":[1]},\"written\"");
        try (XContentParser parser = createParser(MediaTypeRegistry.JSON.xContent(), more)) {
            parser.nextToken();
            return Trackers.KIND.parse(parser);
        }
    }
}
