package org.opensearch.affinity.rest;

import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;

/** {@code POST _encode}: encodes the texts in the body as vectors. Closing the connection cancels it. */
final class RestEncode extends AffinityRestHandler {
    RestEncode() {
        super("affinity_encode", new Route(RestRequest.Method.POST, Paths.ENCODE));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        try (XContentParser parser = request.contentParser()) {
            EncodeAction.Request encode = EncodeAction.Request.parse(parser, request.paramAsTime("timeout", null));
            return runCancellable(request, client, EncodeAction.INSTANCE, encode);
        }
    }
}
