package org.opensearch.affinity.rest;

import org.opensearch.affinity.stats.StatsAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestActions.NodesResponseRestListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code GET stats}: what every node does for this plugin. */
public final class RestStats extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_stats";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, Paths.STATS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> client.execute(StatsAction.INSTANCE, new StatsAction.Request(), new NodesResponseRestListener<>(channel));
    }
}
