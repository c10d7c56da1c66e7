package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code GET trackers/{tracker}/_stats}: how far the tracker is. */
public final class RestTrackerStats extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_tracker_stats";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, Paths.TRACKER + "/_stats"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        TrackerStatsAction.Request stats = new TrackerStatsAction.Request(request.param("tracker"));
        return channel -> client.execute(TrackerStatsAction.INSTANCE, stats, new RestToXContentListener<>(channel));
    }
}
