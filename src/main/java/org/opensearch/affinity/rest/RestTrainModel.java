package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.ModelsResponse;
import org.opensearch.affinity.train.TrainAction;
import org.opensearch.affinity.train.TrainRequest;
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
 * {@code POST trackers/{tracker}/models}: trains a model. A caller who hangs up ends it, one who does not wait for it gets the
 * task, with which the answer or what went wrong is kept.
 */
public final class RestTrainModel extends BaseRestHandler {
    @Override
    public String getName() {
        return "affinity_train_model";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, Paths.TRACKER_MODELS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        boolean wait = request.paramAsBoolean("wait_for_completion", true);
        TrainRequest train;
        if (request.hasContent()) {
            try (XContentParser parser = request.contentParser()) {
                train = TrainRequest.parse(request.param("tracker"), parser, wait == false);
            }
        } else {
            train = TrainRequest.parse(request.param("tracker"), null, wait == false);
        }
        if (wait) {
            RestCancellableNodeClient cancellable = new RestCancellableNodeClient(client, request.getHttpChannel());
            return channel -> cancellable.execute(TrainAction.INSTANCE, train, new RestToXContentListener<>(channel));
        }
        return channel -> {
            Task task = client.executeLocally(TrainAction.INSTANCE, train, kept());
            try (XContentBuilder builder = channel.newBuilder()) {
                builder.startObject().field("task", client.getLocalNodeId() + ":" + task.getId()).endObject();
                channel.sendResponse(new BytesRestResponse(RestStatus.OK, builder));
            }
        };
    }

    /** The task keeps either. */
    private static ActionListener<ModelsResponse> kept() {
        return ActionListener.wrap(() -> {});
    }
}
