package org.opensearch.affinity.rest;

import org.opensearch.affinity.evaluate.EvaluateAction;
import org.opensearch.affinity.evaluate.EvaluateRequest;
import org.opensearch.affinity.evaluate.EvaluateResponse;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestCancellableNodeClient;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.tasks.Task;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.util.List;

/**
 * {@code POST trackers/{tracker}/_evaluate}: how good rankings are. A caller who hangs up ends it, one who does not wait for it
 * gets the task, with which the answer or what went wrong is kept.
 */
public final class RestEvaluate extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_evaluate";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, Paths.EVALUATE));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        boolean wait = request.paramAsBoolean("wait_for_completion", true);
        EvaluateRequest evaluate;
        try (XContentParser parser = request.contentParser()) {
            evaluate = EvaluateRequest.parse(request.param("tracker"), parser, wait == false);
        }
        if (wait) {
            RestCancellableNodeClient cancellable = new RestCancellableNodeClient(client, request.getHttpChannel());
            return channel -> cancellable.execute(EvaluateAction.INSTANCE, evaluate, new RestToXContentListener<>(channel));
        }
        return channel -> {
            Task task = client.executeLocally(EvaluateAction.INSTANCE, evaluate, kept());
            try (XContentBuilder builder = channel.newBuilder()) {
                builder.startObject().field("task", client.getLocalNodeId() + ":" + task.getId()).endObject();
                channel.sendResponse(new BytesRestResponse(RestStatus.OK, builder));
            }
        };
    }

    /** The task keeps either; an error may name a user, so it is not for the log. */
    private static ActionListener<EvaluateResponse> kept() {
        return ActionListener.wrap(() -> {});
    }
}
