package org.opensearch.affinity.rest;

import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.follow.RebuildAction;
import org.opensearch.affinity.follow.WatchRebuildAction;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestActionListener;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

/**
 * {@code POST} and {@code DELETE trackers/{tracker}/_rebuild}: begins a rebuild of a tracker, or cancels it. By default it sends the id of
 * a task that shows the rebuild, with which the outcome is stored; with {@code wait_for_completion=true} it waits for the outcome. Closing
 * the connection does not cancel the rebuild.
 */
final class RestRebuild extends AffinityRestHandler {
    RestRebuild() {
        super(
            "affinity_rebuild",
            new Route(RestRequest.Method.POST, Paths.REBUILD),
            new Route(RestRequest.Method.DELETE, Paths.REBUILD)
        );
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        String tracker = request.param("tracker");
        boolean cancel = request.method() == RestRequest.Method.DELETE;
        RebuildAction.Request rebuild = withTimeouts(new RebuildAction.Request(tracker, cancel), request);
        if (cancel) {
            return run(client, RebuildAction.INSTANCE, rebuild);
        }
        boolean wait = request.paramAsBoolean("wait_for_completion", false);
        WatchRebuildAction.Request watch = new WatchRebuildAction.Request(tracker, wait == false);
        return channel -> client.execute(RebuildAction.INSTANCE, rebuild, new RestActionListener<>(channel) {
            @Override
            protected void processResponse(AcknowledgedResponse begun) throws Exception {
                if (begun.isAcknowledged() == false) {
                    // This node may not have the new cluster state, so it cannot watch the rebuild yet.
                    new RestToXContentListener<AcknowledgedResponse>(channel).onResponse(begun);
                } else if (wait) {
                    run(client, WatchRebuildAction.INSTANCE, watch).accept(channel);
                } else {
                    start(channel, client, WatchRebuildAction.INSTANCE, watch);
                }
            }
        });
    }
}
