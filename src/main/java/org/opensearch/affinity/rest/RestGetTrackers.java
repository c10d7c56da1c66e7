package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.GetTrackersAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code GET trackers} and {@code GET trackers/{tracker}}: definitions by name. */
public final class RestGetTrackers extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_get_trackers";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, Paths.TRACKERS), new Route(RestRequest.Method.GET, Paths.TRACKER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        GetTrackersAction.Request get = new GetTrackersAction.Request(request.param("tracker"));
        return channel -> client.execute(GetTrackersAction.INSTANCE, get, new RestToXContentListener<>(channel));
    }
}
