package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.GetTrackersAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** {@code GET trackers} and {@code GET trackers/{tracker}}: reads definitions, by name. */
final class RestGetTrackers extends AffinityRestHandler {
    RestGetTrackers() {
        super(
            "affinity_get_trackers",
            new Route(RestRequest.Method.GET, Paths.TRACKERS),
            new Route(RestRequest.Method.GET, Paths.TRACKER)
        );
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return run(client, GetTrackersAction.INSTANCE, new GetTrackersAction.Request(request.param("tracker")));
    }
}
