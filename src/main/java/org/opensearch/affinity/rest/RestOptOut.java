package org.opensearch.affinity.rest;

import org.opensearch.affinity.profile.OptOutAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code PUT} and {@code DELETE trackers/{tracker}/users/{user}/_opt_out}: a user wants no profile, or one again. */
public final class RestOptOut extends BaseRestHandler {
    private static final String PATH = Paths.USER + "/_opt_out";

    @Override
    public String getName() {
        return "affinity_opt_out";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.PUT, PATH), new Route(RestRequest.Method.DELETE, PATH));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        boolean out = request.method() == RestRequest.Method.PUT;
        OptOutAction.Request say = new OptOutAction.Request(request.param("tracker"), request.param("user"), out);
        return channel -> client.execute(OptOutAction.INSTANCE, say, new RestToXContentListener<>(channel));
    }
}
