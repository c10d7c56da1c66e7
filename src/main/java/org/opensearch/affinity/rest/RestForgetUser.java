package org.opensearch.affinity.rest;

import org.opensearch.affinity.profile.ForgetUserAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code DELETE trackers/{tracker}/users/{user}}: forgets a user, with {@code ?events=true} the events too. */
public final class RestForgetUser extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_forget_user";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.DELETE, Paths.USER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        boolean events = request.paramAsBoolean("events", false);
        ForgetUserAction.Request forget = new ForgetUserAction.Request(request.param("tracker"), request.param("user"), events);
        return channel -> client.execute(ForgetUserAction.INSTANCE, forget, new RestToXContentListener<>(channel));
    }
}
