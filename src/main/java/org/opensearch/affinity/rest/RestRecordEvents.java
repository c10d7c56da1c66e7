package org.opensearch.affinity.rest;

import org.opensearch.affinity.event.EventFormat;
import org.opensearch.affinity.event.RecordEventsAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code POST events}: writes the UBI events in the body. */
public final class RestRecordEvents extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_record_events";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, Paths.EVENTS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        RecordEventsAction.Request events = new RecordEventsAction.Request(
            request.param("index"),
            EventFormat.of(request.header("Content-Type")),
            request.requiredContent()
        );
        return channel -> client.execute(RecordEventsAction.INSTANCE, events, new RestToXContentListener<>(channel));
    }
}
