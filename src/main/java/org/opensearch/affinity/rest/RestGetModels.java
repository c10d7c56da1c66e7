package org.opensearch.affinity.rest;

import org.opensearch.affinity.cluster.NodesAction;
import org.opensearch.affinity.encode.ModelsAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestActions.NodesResponseRestListener;
import org.opensearch.transport.client.node.NodeClient;

/** {@code GET models}: lists the model packs of every node. */
final class RestGetModels extends AffinityRestHandler {
    RestGetModels() {
        super("affinity_get_models", new Route(RestRequest.Method.GET, Paths.MODELS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> client.execute(ModelsAction.INSTANCE, new NodesAction.Request(), new NodesResponseRestListener<>(channel));
    }
}
