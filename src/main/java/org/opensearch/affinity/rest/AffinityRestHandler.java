package org.opensearch.affinity.rest;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestCancellableNodeClient;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.tasks.Task;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.util.List;

/** Base of this plugin's REST handlers: their name and routes, and the ways in which they run an action. */
abstract class AffinityRestHandler extends BaseRestHandler {
    private final String name;
    private final List<Route> routes;

    /** @param name the name in the usage statistics of nodes */
    AffinityRestHandler(String name, Route... routes) {
        this.name = name;
        this.routes = List.of(routes);
    }

    @Override
    public final String getName() {
        return name;
    }

    @Override
    public final List<Route> routes() {
        return routes;
    }

    /** Sets the time-outs that every request to change the cluster state has, from {@code timeout} and {@code cluster_manager_timeout}. */
    static <Q extends AcknowledgedRequest<Q>> Q withTimeouts(Q change, RestRequest request) {
        change.timeout(request.paramAsTime("timeout", change.timeout()));
        return change.clusterManagerNodeTimeout(request.paramAsTime("cluster_manager_timeout", change.clusterManagerNodeTimeout()));
    }

    /** Runs an action and sends its response. */
    static <Q extends ActionRequest, R extends ActionResponse & ToXContentObject> RestChannelConsumer run(
        NodeClient client,
        ActionType<R> action,
        Q request
    ) {
        return channel -> client.execute(action, request, new RestToXContentListener<>(channel));
    }

    /** Runs an action and sends its response. The action is cancelled if the caller closes the connection. */
    static <Q extends ActionRequest, R extends ActionResponse & ToXContentObject> RestChannelConsumer runCancellable(
        RestRequest rest,
        NodeClient client,
        ActionType<R> action,
        Q request
    ) {
        RestCancellableNodeClient cancellable = new RestCancellableNodeClient(client, rest.getHttpChannel());
        return channel -> cancellable.execute(action, request, new RestToXContentListener<>(channel));
    }

    /** As {@link #runCancellable} if {@code wait}, otherwise as {@link #start}. */
    static <Q extends ActionRequest, R extends ActionResponse & ToXContentObject> RestChannelConsumer runOrStart(
        boolean wait,
        RestRequest rest,
        NodeClient client,
        ActionType<R> action,
        Q request
    ) {
        return wait ? runCancellable(rest, client, action, request) : channel -> start(channel, client, action, request);
    }

    /** Starts an action and sends the id of its task. The result is not logged, as it may name a user: the request must have it stored. */
    static <Q extends ActionRequest, R extends ActionResponse> void start(
        RestChannel channel,
        NodeClient client,
        ActionType<R> action,
        Q request
    ) throws IOException {
        Task task = client.executeLocally(action, request, ActionListener.<R>wrap(() -> {}));
        try (XContentBuilder builder = channel.newBuilder()) {
            builder.startObject().field("task", client.getLocalNodeId() + ":" + task.getId()).endObject();
            channel.sendResponse(new BytesRestResponse(RestStatus.OK, builder));
        }
    }
}
