package org.opensearch.affinity.node.follow;

import org.opensearch.action.admin.indices.alias.IndicesAliasesRequest.AliasActions;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.QueryBuilders;

import java.util.List;
import java.util.Map;

/** A log that is named by an alias: its filter and its routing count, as they do in a search by the alias. */
public class AliasTests extends TrackTestCase {
    private static final String EVENT = "type=keyword";

    private void log(int shards) {
        client().admin()
            .indices()
            .prepareCreate("events_all")
            .setSettings(Settings.builder().put("index.number_of_shards", shards))
            .setMapping("application", EVENT, "client_id", EVENT)
            .get();
    }

    private void alias(AliasActions alias) throws Exception {
        client().admin().indices().prepareAliases().addAliasAction(alias.index("events_all").alias("events_shop")).get();
        shop("");
        String definition = """
            {"items": {"index": "products", "vector_field": "vector"}, "events": {"index": "events_shop"}, "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("shop", parser))).actionGet();
        }
    }

    private void click(String application, String user, String item, String routing) {
        client().prepareIndex("events_all")
            .setRouting(routing)
            .setSource(
                Map.of(
                    "application", application, "client_id", user, "action_name", "click", "timestamp", "2026-01-01T10:00:00Z",
                    "event_attributes", Map.of("object", Map.of("object_id", item))
                )
            )
            .get();
    }

    private static List<String> items(Profile profile) {
        return profile == null ? List.of() : profile.history().stream().map(Profile.Seen::item).toList();
    }

    public void testFilterOfTheAliasCounts() throws Exception {
        log(1);
        alias(AliasActions.add().filter(QueryBuilders.termQuery("application", "shop")));
        click("other", "ann", "desk", null);
        click("shop", "ann", "tent", null);
        click("other", "bob", "desk", null);
        awaitStats("\"applied\":1");
        assertEquals(List.of("tent"), items(profile("ann")));
        assertNull("an event of another application makes no profile", profile("bob"));
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"applied\":1");
        assertEquals(List.of("tent"), items(profile("ann")));
    }

    public void testDocumentsThatWereOverwrittenAreFilteredToo() throws Exception {
        log(1);
        alias(AliasActions.add().filter(QueryBuilders.termQuery("application", "shop")));
        client().prepareIndex("events_all").setId("e").setSource(Map.of("application", "other", "client_id", "ann")).get();
        client().admin().indices().prepareRefresh("events_all").get();
        click("shop", "ann", "tent", null);
        awaitStats("\"applied\":1", "\"total\":0");
        assertEquals(List.of("tent"), items(profile("ann")));
    }

    public void testRoutingOfTheAliasCounts() throws Exception {
        log(5);
        alias(AliasActions.add().searchRouting("shop"));
        click("shop", "ann", "tent", "shop");
        for (int i = 0; i < 20; i++) {
            click("shop", "bob", "desk", "other" + i);
        }
        awaitStats("\"shard\":");
        long reached = client().prepareSearch("events_shop").setSize(0).get().getHits().getTotalHits().value();
        client().admin().indices().prepareRefresh("events_all").get();
        reached = client().prepareSearch("events_shop").setSize(0).get().getHits().getTotalHits().value();
        assertTrue("a routing value reaches one shard", reached < 21);
        awaitStats("\"applied\":" + reached);
    }
}
