package org.opensearch.affinity.rest;

import org.opensearch.affinity.profile.label.DescribeProfileAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** {@code GET trackers/{tracker}/users/{user}}: describes the profile of a user. */
final class RestGetProfile extends AffinityRestHandler {
    RestGetProfile() {
        super("affinity_get_profile", new Route(RestRequest.Method.GET, Paths.USER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        DescribeProfileAction.Request describe = new DescribeProfileAction.Request(request.param("tracker"), request.param("user"));
        return run(client, DescribeProfileAction.INSTANCE, describe);
    }
}
