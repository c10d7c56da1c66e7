package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code DELETE trackers/{tracker}}: removes a tracker and all of its profiles. */
public final class RestDeleteTracker extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_delete_tracker";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.DELETE, Paths.TRACKER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        DeleteTrackerAction.Request delete = new DeleteTrackerAction.Request(request.param("tracker"));
        delete.timeout(request.paramAsTime("timeout", delete.timeout()));
        delete.clusterManagerNodeTimeout(request.paramAsTime("cluster_manager_timeout", delete.clusterManagerNodeTimeout()));
        return channel -> client.execute(DeleteTrackerAction.INSTANCE, delete, new RestToXContentListener<>(channel));
    }
}
