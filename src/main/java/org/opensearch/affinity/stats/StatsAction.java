package org.opensearch.affinity.stats;

import org.opensearch.action.ActionType;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.nodes.BaseNodeResponse;
import org.opensearch.action.support.nodes.BaseNodesRequest;
import org.opensearch.action.support.nodes.BaseNodesResponse;
import org.opensearch.action.support.nodes.TransportNodesAction;
import org.opensearch.affinity.encode.Encoder;
import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RankStats;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.List;

/** Collects the statistics of every node's encoder and ranking. */
public final class StatsAction extends ActionType<StatsAction.Response> {
    public static final String NAME = "cluster:monitor/affinity/stats";
    public static final StatsAction INSTANCE = new StatsAction();

    private StatsAction() {
        super(NAME, Response::new);
    }

    /** The nodes whose statistics are collected. */
    public static final class Request extends BaseNodesRequest<Request> {
        /** @param nodes ids, names or filters; none for all nodes */
        public Request(String... nodes) {
            super(nodes);
        }

        Request(StreamInput in) throws IOException {
            super(in);
        }
    }

    static final class NodeRequest extends TransportRequest {
        NodeRequest() {}

        NodeRequest(StreamInput in) throws IOException {
            super(in);
        }
    }

    /** The statistics of one node. */
    public static final class NodeResponse extends BaseNodeResponse {
        private final EncodeStats encode;
        private final RankStats rank;

        NodeResponse(DiscoveryNode node, EncodeStats encode, RankStats rank) {
            super(node);
            this.encode = encode;
            this.rank = rank;
        }

        NodeResponse(StreamInput in) throws IOException {
            super(in);
            encode = new EncodeStats(in);
            rank = new RankStats(in);
        }

        public EncodeStats encode() {
            return encode;
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            encode.writeTo(out);
            rank.writeTo(out);
        }
    }

    /** The statistics of all nodes. */
    public static final class Response extends BaseNodesResponse<NodeResponse> implements ToXContentFragment {
        Response(ClusterName cluster, List<NodeResponse> nodes, List<FailedNodeException> failures) {
            super(cluster, nodes, failures);
        }

        Response(StreamInput in) throws IOException {
            super(in);
        }

        @Override
        protected List<NodeResponse> readNodesFrom(StreamInput in) throws IOException {
            return in.readList(NodeResponse::new);
        }

        @Override
        protected void writeNodesTo(StreamOutput out, List<NodeResponse> nodes) throws IOException {
            out.writeList(nodes);
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject("nodes");
            for (NodeResponse node : getNodes()) {
                builder.startObject(node.getNode().getId()).field("name", node.getNode().getName());
                node.encode.toXContent(builder, params);
                node.rank.toXContent(builder, params).endObject();
            }
            return builder.endObject();
        }
    }

    /** Runs on each of the nodes. */
    public static final class Transport extends TransportNodesAction<Request, Response, NodeRequest, NodeResponse> {
        private final Encoder encoder;
        private final RankNode rank;

        @Inject
        public Transport(
            ThreadPool threadPool,
            ClusterService cluster,
            TransportService transport,
            ActionFilters filters,
            Encoder encoder,
            RankNode rank
        ) {
            super(
                NAME,
                threadPool,
                cluster,
                transport,
                filters,
                Request::new,
                NodeRequest::new,
                ThreadPool.Names.MANAGEMENT,
                NodeResponse.class
            );
            this.encoder = encoder;
            this.rank = rank;
        }

        @Override
        protected Response newResponse(Request request, List<NodeResponse> nodes, List<FailedNodeException> failures) {
            return new Response(clusterService.getClusterName(), nodes, failures);
        }

        @Override
        protected NodeRequest newNodeRequest(Request request) {
            return new NodeRequest();
        }

        @Override
        protected NodeResponse newNodeResponse(StreamInput in) throws IOException {
            return new NodeResponse(in);
        }

        @Override
        protected NodeResponse nodeOperation(NodeRequest request) {
            return new NodeResponse(clusterService.localNode(), encoder.stats(), rank.meter().stats());
        }
    }
}
