package org.opensearch.affinity.rest;

import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestCancellableNodeClient;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.util.List;

/** {@code POST _encode}: vectors of the texts in the body. A caller who hangs up leaves the queue. */
public final class RestEncode extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_encode";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, Paths.ENCODE));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        EncodeAction.Request encode;
        try (XContentParser parser = request.contentParser()) {
            encode = EncodeAction.Request.parse(parser, request.paramAsTime("timeout", null));
        }
        RestCancellableNodeClient cancellable = new RestCancellableNodeClient(client, request.getHttpChannel());
        return channel -> cancellable.execute(EncodeAction.INSTANCE, encode, new RestToXContentListener<>(channel));
    }
}
