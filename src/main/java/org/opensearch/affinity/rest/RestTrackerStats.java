package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** {@code GET trackers/{tracker}/_stats}: reads the statistics of a tracker. */
final class RestTrackerStats extends AffinityRestHandler {
    RestTrackerStats() {
        super("affinity_tracker_stats", new Route(RestRequest.Method.GET, Paths.TRACKER_STATS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return run(client, TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request(request.param("tracker")));
    }
}
