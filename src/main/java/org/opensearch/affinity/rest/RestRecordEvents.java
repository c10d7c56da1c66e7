package org.opensearch.affinity.rest;

import org.opensearch.affinity.event.EventFormat;
import org.opensearch.affinity.event.RecordEventsAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

/** {@code POST events}: writes the UBI events in the body to their index. */
final class RestRecordEvents extends AffinityRestHandler {
    RestRecordEvents() {
        super("affinity_record_events", new Route(RestRequest.Method.POST, Paths.EVENTS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        EventFormat format = EventFormat.of(request.header("Content-Type"));
        RecordEventsAction.Request events = new RecordEventsAction.Request(request.param("index"), format, request.requiredContent());
        return run(client, RecordEventsAction.INSTANCE, events);
    }
}
