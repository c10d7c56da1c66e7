package org.opensearch.affinity.rest;

import org.opensearch.affinity.profile.OptOutAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** {@code PUT} and {@code DELETE trackers/{tracker}/users/{user}/_opt_out}: opts a user out of having a profile, or in again. */
final class RestOptOut extends AffinityRestHandler {
    RestOptOut() {
        super(
            "affinity_opt_out",
            new Route(RestRequest.Method.PUT, Paths.OPT_OUT),
            new Route(RestRequest.Method.DELETE, Paths.OPT_OUT)
        );
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        boolean out = request.method() == RestRequest.Method.PUT;
        return run(client, OptOutAction.INSTANCE, new OptOutAction.Request(request.param("tracker"), request.param("user"), out));
    }
}
