package org.opensearch.affinity.rest;

import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.follow.RebuildAction;
import org.opensearch.affinity.follow.WatchRebuildAction;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestResponse;
import org.opensearch.rest.action.RestActionListener;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.tasks.LoggingTaskListener;
import org.opensearch.tasks.Task;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.util.List;

/** {@code POST} and {@code DELETE trackers/{tracker}/_rebuild}: begins to make all profiles anew, as a task, or gives that up. */
public final class RestRebuild extends BaseRestHandler {
    private static final String PATH = Paths.TRACKER + "/_rebuild";

    @Override
    public String getName() {
        return "affinity_rebuild";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, PATH), new Route(RestRequest.Method.DELETE, PATH));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        boolean cancel = request.method() == RestRequest.Method.DELETE;
        String tracker = request.param("tracker");
        RebuildAction.Request rebuild = new RebuildAction.Request(tracker, cancel);
        rebuild.timeout(request.paramAsTime("timeout", rebuild.timeout()));
        rebuild.clusterManagerNodeTimeout(request.paramAsTime("cluster_manager_timeout", rebuild.clusterManagerNodeTimeout()));
        if (cancel) {
            return channel -> client.execute(RebuildAction.INSTANCE, rebuild, new RestToXContentListener<>(channel));
        }
        boolean wait = request.paramAsBoolean("wait_for_completion", false);
        return channel -> client.execute(RebuildAction.INSTANCE, rebuild, new RestActionListener<>(channel) {
            @Override
            protected void processResponse(AcknowledgedResponse begun) throws IOException {
                if (begun.isAcknowledged() == false) {
                    new RestToXContentListener<AcknowledgedResponse>(channel).onResponse(begun); // this node may not know of it yet
                } else if (wait) {
                    WatchRebuildAction.Request watch = new WatchRebuildAction.Request(tracker, false);
                    client.execute(WatchRebuildAction.INSTANCE, watch, new RestToXContentListener<>(channel));
                } else {
                    channel.sendResponse(task(channel, client, tracker));
                }
            }
        });
    }

    /** What becomes of it can be asked for by the task's id, also afterwards. */
    private static RestResponse task(RestChannel channel, NodeClient client, String tracker) throws IOException {
        WatchRebuildAction.Request watch = new WatchRebuildAction.Request(tracker, true);
        Task task = client.executeLocally(WatchRebuildAction.INSTANCE, watch, LoggingTaskListener.instance());
        try (XContentBuilder builder = channel.newBuilder()) {
            builder.startObject().field("task", client.getLocalNodeId() + ":" + task.getId()).endObject();
            return new BytesRestResponse(RestStatus.OK, builder);
        }
    }
}
