package org.opensearch.affinity.rest;

import org.opensearch.affinity.train.TrainAction;
import org.opensearch.affinity.train.TrainRequest;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;

/**
 * {@code POST trackers/{tracker}/models}: trains a model. Closing the connection cancels it. With {@code wait_for_completion=false} it
 * sends the id of the task, with which the result or the error is stored.
 */
final class RestTrainModel extends AffinityRestHandler {
    RestTrainModel() {
        super("affinity_train_model", new Route(RestRequest.Method.POST, Paths.TRACKER_MODELS));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        boolean wait = request.paramAsBoolean("wait_for_completion", true);
        TrainRequest train;
        try (XContentParser parser = request.hasContent() ? request.contentParser() : null) {
            train = TrainRequest.parse(request.param("tracker"), parser, wait == false);
        }
        return runOrStart(wait, request, client, TrainAction.INSTANCE, train);
    }
}
