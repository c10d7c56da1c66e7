package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** {@code DELETE trackers/{tracker}}: deletes a tracker and its profiles. */
final class RestDeleteTracker extends AffinityRestHandler {
    RestDeleteTracker() {
        super("affinity_delete_tracker", new Route(RestRequest.Method.DELETE, Paths.TRACKER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        DeleteTrackerAction.Request delete = new DeleteTrackerAction.Request(request.param("tracker"));
        return run(client, DeleteTrackerAction.INSTANCE, withTimeouts(delete, request));
    }
}
