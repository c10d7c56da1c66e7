package org.opensearch.affinity.rest;

import org.opensearch.affinity.encode.ModelsAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestActions.NodesResponseRestListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code GET models}: the model packs of every node. */
public final class RestGetModels extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_get_models";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, Paths.MODELS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> client.execute(ModelsAction.INSTANCE, new ModelsAction.Request(), new NodesResponseRestListener<>(channel));
    }
}
