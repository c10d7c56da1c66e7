package org.opensearch.affinity.rest;

import org.opensearch.affinity.track.RebuildAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code POST} and {@code DELETE trackers/{tracker}/_rebuild}: begins to make all profiles anew, or gives that up. */
public final class RestRebuild extends BaseRestHandler {
    private static final String PATH = Paths.TRACKER + "/_rebuild";

    @Override
    public String getName() {
        return "affinity_rebuild";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, PATH), new Route(RestRequest.Method.DELETE, PATH));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        boolean cancel = request.method() == RestRequest.Method.DELETE;
        RebuildAction.Request rebuild = new RebuildAction.Request(request.param("tracker"), cancel);
        rebuild.timeout(request.paramAsTime("timeout", rebuild.timeout()));
        rebuild.clusterManagerNodeTimeout(request.paramAsTime("cluster_manager_timeout", rebuild.clusterManagerNodeTimeout()));
        return channel -> client.execute(RebuildAction.INSTANCE, rebuild, new RestToXContentListener<>(channel));
    }
}
