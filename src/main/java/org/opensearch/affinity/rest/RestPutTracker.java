package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.util.List;

/** {@code PUT trackers/{tracker}}: defines a tracker. */
public final class RestPutTracker extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_put_tracker";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.PUT, Paths.TRACKER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        Tracker tracker;
        try (XContentParser parser = request.contentParser()) {
            tracker = Tracker.parse(request.param("tracker"), parser);
        }
        PutTrackerAction.Request put = new PutTrackerAction.Request(tracker);
        put.timeout(request.paramAsTime("timeout", put.timeout()));
        put.clusterManagerNodeTimeout(request.paramAsTime("cluster_manager_timeout", put.clusterManagerNodeTimeout()));
        return channel -> client.execute(PutTrackerAction.INSTANCE, put, new RestToXContentListener<>(channel));
    }
}
