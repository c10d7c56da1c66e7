package org.opensearch.affinity.rest;

import org.opensearch.affinity.profile.ForgetUserAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** {@code DELETE trackers/{tracker}/users/{user}}: forgets a user; with {@code ?events=true} deletes the events, too. */
final class RestForgetUser extends AffinityRestHandler {
    RestForgetUser() {
        super("affinity_forget_user", new Route(RestRequest.Method.DELETE, Paths.USER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        boolean events = request.paramAsBoolean("events", false);
        ForgetUserAction.Request forget = new ForgetUserAction.Request(request.param("tracker"), request.param("user"), events);
        return run(client, ForgetUserAction.INSTANCE, forget);
    }
}
