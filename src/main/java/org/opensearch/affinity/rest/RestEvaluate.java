package org.opensearch.affinity.rest;

import org.opensearch.affinity.evaluate.EvaluateAction;
import org.opensearch.affinity.evaluate.EvaluateRequest;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;

/**
 * {@code POST trackers/{tracker}/_evaluate}: evaluates rankings by judged queries. Closing the connection cancels it. With
 * {@code wait_for_completion=false} it sends the id of the task, with which the result or the error is stored.
 */
final class RestEvaluate extends AffinityRestHandler {
    RestEvaluate() {
        super("affinity_evaluate", new Route(RestRequest.Method.POST, Paths.EVALUATE));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
        boolean wait = request.paramAsBoolean("wait_for_completion", true);
        EvaluateRequest evaluate;
        try (XContentParser parser = request.contentParser()) {
            evaluate = EvaluateRequest.parse(request.param("tracker"), parser, wait == false);
        }
        return runOrStart(wait, request, client, EvaluateAction.INSTANCE, evaluate);
    }
}
