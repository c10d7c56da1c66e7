package org.opensearch.affinity.rest;

import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestHandler;
import org.opensearch.rest.RestRequest.Method;
import org.opensearch.rest.RestResponse;
import org.opensearch.test.rest.FakeRestChannel;
import org.opensearch.test.rest.FakeRestRequest;
import org.opensearch.transport.client.node.NodeClient;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Requests as they reach the handlers, on one node in this JVM. */
public class RestHandlersTests extends AffinityNodeTestCase {
    private static final String TRACKER = """
        {"items": {"index": "products", "vector_field": "vector"}, "events": {"index": "ubi_events"}, "actions": {"click": 1}}""";

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private RestResponse send(BaseRestHandler handler, Method method, String path, Map<String, String> params, String body)
        throws Exception {
        FakeRestRequest.Builder builder = new FakeRestRequest.Builder(xContentRegistry()).withMethod(method).withPath(path);
        builder.withParams(new HashMap<>(params));
        if (body != null) {
            builder.withContent(new BytesArray(body), MediaTypeRegistry.JSON);
        }
        FakeRestRequest request = builder.build();
        FakeRestChannel channel = new FakeRestChannel(request, true, 1);
        try {
            handler.handleRequest(request, channel, (NodeClient) client());
        } catch (IllegalArgumentException e) {
            channel.sendResponse(new BytesRestResponse(channel, e));
        }
        assertBusy(() -> assertNotNull(channel.capturedResponse()));
        return channel.capturedResponse();
    }

    private Map<String, Object> ok(RestResponse response) throws Exception {
        assertEquals(response.content().utf8ToString(), RestStatus.OK, response.status());
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, response.content())) {
            return parser.map();
        }
    }

    private void shop() throws Exception {
        client().admin().indices().prepareCreate("products")
            .setMapping("{\"properties\":{\"vector\":{\"type\":\"affinity_vector\",\"dimension\":2}}}")
            .get();
        ok(send(new RestPutTracker(), Method.PUT, "", Map.of("tracker", "shop", "timeout", "10s"), TRACKER));
    }

    public void testNamesAndRoutesAreUnique() {
        Set<String> names = new TreeSet<>();
        Set<String> routes = new TreeSet<>();
        for (RestHandler handler : RestHandlers.all()) {
            assertTrue(names.add(((BaseRestHandler) handler).getName()));
            handler.routes().forEach(route -> assertTrue(routes.add(route.getMethod() + " " + route.getPath())));
        }
    }

    public void testSendsResponsesOfActions() throws Exception {
        shop();
        Map<String, String> shop = Map.of("tracker", "shop");
        assertEquals(Set.of("shop"), ok(send(new RestGetTrackers(), Method.GET, "", Map.of(), null)).keySet());
        assertEquals("shop", ok(send(new RestTrackerStats(), Method.GET, "", shop, null)).get("tracker"));
        assertEquals(List.of(), ok(send(new RestTrackerModels(), Method.GET, "", shop, null)).get("models"));
        assertTrue(ok(send(new RestStats(), Method.GET, "", Map.of(), null)).containsKey("nodes"));
        assertTrue(ok(send(new RestGetModels(), Method.GET, "", Map.of(), null)).containsKey("different_between_nodes"));
        RestResponse profile = send(new RestGetProfile(), Method.GET, "", Map.of("tracker", "shop", "user", "nobody"), null);
        assertEquals(RestStatus.NOT_FOUND, profile.status());
        assertEquals(true, ok(send(new RestDeleteTracker(), Method.DELETE, "", shop, null)).get("acknowledged"));
    }

    public void testSendsTheTaskOfAnActionThatIsNotWaitedFor() throws Exception {
        shop();
        Map<String, Object> rebuild = ok(send(new RestRebuild(), Method.POST, "", Map.of("tracker", "shop"), null));
        assertEquals(Set.of("task"), rebuild.keySet());
        Map<String, String> wait = Map.of("tracker", "shop", "wait_for_completion", "false");
        Map<String, Object> train = ok(send(new RestTrainModel(), Method.POST, "", wait, null));
        assertTrue(train.toString(), ((String) train.get("task")).startsWith(((NodeClient) client()).getLocalNodeId() + ":"));
        assertEquals(RestStatus.BAD_REQUEST, send(new RestEvaluate(), Method.POST, "", wait, "{}").status());
        // The result of the training is stored after its end.
        TaskId task = new TaskId((String) train.get("task"));
        assertBusy(() -> assertTrue(client().admin().cluster().prepareGetTask(task).get().getTask().isCompleted()));
    }

    public void testReadsWhatToDoWithAModelFromThePath() throws Exception {
        shop();
        RestResponse none = send(new RestTrackerModels(), Method.POST, "/x/1/_activate", Map.of("tracker", "shop", "number", "1"), null);
        assertEquals(RestStatus.NOT_FOUND, none.status());
        RestResponse wrong = send(new RestTrackerModels(), Method.DELETE, "/x/last", Map.of("tracker", "shop", "number", "last"), null);
        assertEquals(RestStatus.BAD_REQUEST, wrong.status());
        assertTrue(wrong.content().utf8ToString().contains("must be a whole number above 0, got [last]"));
    }
}
