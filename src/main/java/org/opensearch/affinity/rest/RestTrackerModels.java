package org.opensearch.affinity.rest;

import org.opensearch.affinity.manage.GetModelsAction;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.manage.UseModelAction.Operation;
import org.opensearch.affinity.profile.label.GetGroupsAction;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.rest.RestRequest;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/**
 * {@code GET trackers/{tracker}/models}: describes the trained models of a tracker; with {@code /{number}} one of them, with
 * {@code /{number}/concepts} and {@code /{number}/segments} its groups; {@code GET trackers/{tracker}/segments} those of the active model.
 * {@code DELETE} of one deletes it, {@code POST} to its {@code _activate} or {@code _deactivate} changes whether it ranks.
 */
final class RestTrackerModels extends AffinityRestHandler {
    RestTrackerModels() {
        super(
            "affinity_tracker_models",
            new Route(RestRequest.Method.GET, Paths.TRACKER_MODELS),
            new Route(RestRequest.Method.GET, Paths.TRACKER_MODEL),
            new Route(RestRequest.Method.GET, Paths.CONCEPTS),
            new Route(RestRequest.Method.GET, Paths.SEGMENTS),
            new Route(RestRequest.Method.GET, Paths.ACTIVE_SEGMENTS),
            new Route(RestRequest.Method.DELETE, Paths.TRACKER_MODEL),
            new Route(RestRequest.Method.POST, Paths.TRACKER_MODEL + "/_activate"),
            new Route(RestRequest.Method.POST, Paths.TRACKER_MODEL + "/_deactivate")
        );
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        String tracker = request.param("tracker");
        Integer number = number(request.param("number"));
        for (String part : List.of(Signal.CONCEPTS, Signal.SEGMENTS)) {
            if (request.path().endsWith("/" + part) || request.path().endsWith("/" + part + "/")) {
                Integer level = part.equals(Signal.SEGMENTS) ? level(request.param("level")) : null;
                return run(client, GetGroupsAction.INSTANCE, new GetGroupsAction.Request(tracker, number, part, level));
            }
        }
        if (request.method() == RestRequest.Method.GET) {
            return run(client, GetModelsAction.INSTANCE, new GetModelsAction.Request(tracker, number));
        }
        UseModelAction.Request use = new UseModelAction.Request(tracker, number, operation(request));
        return run(client, UseModelAction.INSTANCE, withTimeouts(use, request));
    }

    private static Operation operation(RestRequest request) {
        if (request.method() == RestRequest.Method.DELETE) {
            return Operation.DELETE;
        }
        return request.path().endsWith("/_activate") ? Operation.ACTIVATE : Operation.DEACTIVATE;
    }

    /** The number in a path; null if the path has none. */
    private static Integer number(String text) {
        return text == null ? null : positive(text, "the number of a model");
    }

    private static Integer level(String text) {
        return text == null ? null : positive(text, "[level]");
    }

    private static int positive(String text, String what) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new IllegalArgumentException("[affinity] " + what + " must be a whole number above 0, got [" + text + "]");
    }
}
