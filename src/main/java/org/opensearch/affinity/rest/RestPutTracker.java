package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;

/** {@code PUT trackers/{tracker}}: defines a tracker, or replaces its definition. */
final class RestPutTracker extends AffinityRestHandler {
    RestPutTracker() {
        super("affinity_put_tracker", new Route(RestRequest.Method.PUT, Paths.TRACKER));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        try (XContentParser parser = request.contentParser()) {
            PutTrackerAction.Request put = new PutTrackerAction.Request(Tracker.parse(request.param("tracker"), parser));
            return run(client, PutTrackerAction.INSTANCE, withTimeouts(put, request));
        }
    }
}
