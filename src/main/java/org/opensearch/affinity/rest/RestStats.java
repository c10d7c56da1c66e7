package org.opensearch.affinity.rest;

import org.opensearch.affinity.cluster.NodesAction;
import org.opensearch.affinity.stats.StatsAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestActions.NodesResponseRestListener;
import org.opensearch.transport.client.node.NodeClient;

/** {@code GET stats}: reads the encoding and ranking statistics of every node. */
final class RestStats extends AffinityRestHandler {
    RestStats() {
        super("affinity_stats", new Route(RestRequest.Method.GET, Paths.STATS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> client.execute(StatsAction.INSTANCE, new NodesAction.Request(), new NodesResponseRestListener<>(channel));
    }
}
