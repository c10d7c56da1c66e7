package org.opensearch.affinity.node.follow;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An item index that is created anew with vectors of another dimension. */
public class OtherDimensionTests extends TrackTestCase {
    private static final long TIME = 1_700_000_000_000L;

    @Override
    protected boolean enableWarningsCheck() {
        return false; // the test reads the warnings itself
    }

    private List<String> warnings(String search) throws IOException {
        ThreadContext context = client().threadPool().getThreadContext();
        PlainActionFuture<List<String>> found = new PlainActionFuture<>();
        try (
            ThreadContext.StoredContext ignored = context.stashContext();
            XContentParser parser = createParser(JsonXContent.jsonXContent, search)
        ) {
            client().prepareSearch("products")
                .setSource(SearchSourceBuilder.fromXContent(parser))
                .execute(ActionListener.map(found, response -> context.getResponseHeaders().getOrDefault("Warning", List.of())));
        }
        return found.actionGet();
    }

    private void newItems() {
        client().admin().indices().prepareDelete("products").get();
        client().admin().indices().prepareCreate("products").setMapping("vector", "type=affinity_vector,dimension=3").get();
        client().prepareIndex("products").setId("tent").setSource(Map.of("vector", Arrays.asList(1f, 0f, 0f))).get();
        client().admin().indices().prepareRefresh("products").get();
    }

    public void testItIsNoticedAndARebuildMendsIt() throws Exception {
        shop("");
        click("ann", "tent", TIME);
        awaitStats("\"applied\":1", "\"vector_dimensions\":{\"profiles\":[2],\"items\":[2],\"needs_rebuild\":false}");
        String rescore = "{\"rescore\": {\"window_size\": 10, \"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\"}}}";
        assertEquals(List.of(), warnings(rescore));
        newItems();
        awaitStats("\"vector_dimensions\":{\"profiles\":[2],\"items\":[3],\"needs_rebuild\":true}");
        String message = "field [vector] has dimension [3], the interests of the profile have [2]: affinity does not count";
        assertTrue(warnings(rescore).toString(), warnings(rescore).toString().contains(message));
        // The vector of the index before is cached for up to a minute; another item has none there.
        client().prepareIndex("products").setId("lamp").setSource(Map.of("vector", Arrays.asList(0f, 0f, 1f))).get();
        click("ann", "lamp", TIME + 1);
        awaitStats("\"applied\":2");
        message = "the profile has interests of dimensions [2, 3] and only those of one count: rebuild the profiles";
        assertTrue(warnings(rescore).toString(), warnings(rescore).toString().contains(message));
        String query = "{\"query\": {\"bool\": {\"should\": {\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\"}}}}}";
        try {
            assertTrue(warnings(query).toString(), warnings(query).toString().contains(message));
        } catch (RuntimeException e) {
            assertTrue(e.toString(), (e + " " + e.getCause()).contains("has dimension"));
        }
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"vector_dimensions\":{\"profiles\":[3],\"items\":[3],\"needs_rebuild\":false}");
    }
}
