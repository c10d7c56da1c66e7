package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.GetModelsAction;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code GET trackers/{tracker}/models}, with {@code /{number}} one of them; {@code DELETE} of it, {@code POST} to use it or not. */
public final class RestTrackerModels extends BaseRestHandler {
    private static final String MODEL = Paths.TRACKER_MODELS + "/{number}";

    @Override
    public String getName() {
        return "affinity_tracker_models";
    }

    @Override
    public List<Route> routes() {
        return List.of(
            new Route(RestRequest.Method.GET, Paths.TRACKER_MODELS),
            new Route(RestRequest.Method.GET, MODEL),
            new Route(RestRequest.Method.DELETE, MODEL),
            new Route(RestRequest.Method.POST, MODEL + "/_activate"),
            new Route(RestRequest.Method.POST, MODEL + "/_deactivate")
        );
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        String tracker = request.param("tracker");
        String said = request.param("number");
        if (said == null) {
            return channel -> client.execute(GetModelsAction.INSTANCE, new GetModelsAction.Request(tracker, null), new RestToXContentListener<>(channel));
        }
        int number = number(said);
        if (request.method() == RestRequest.Method.GET) {
            return channel -> client.execute(GetModelsAction.INSTANCE, new GetModelsAction.Request(tracker, number), new RestToXContentListener<>(channel));
        }
        UseModelAction.Operation what = request.method() == RestRequest.Method.DELETE
            ? UseModelAction.Operation.DELETE
            : request.path().endsWith("/_activate") ? UseModelAction.Operation.ACTIVATE : UseModelAction.Operation.DEACTIVATE;
        UseModelAction.Request use = new UseModelAction.Request(tracker, number, what);
        use.timeout(request.paramAsTime("timeout", use.timeout()));
        use.clusterManagerNodeTimeout(request.paramAsTime("cluster_manager_timeout", use.clusterManagerNodeTimeout()));
        return channel -> client.execute(UseModelAction.INSTANCE, use, new RestToXContentListener<>(channel));
    }

    private static int number(String said) {
        try {
            int number = Integer.parseInt(said);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("[affinity] the number of a model must be a whole number above 0, got [" + said + "]");
    }
}
