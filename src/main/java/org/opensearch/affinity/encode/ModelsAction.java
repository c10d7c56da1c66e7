package org.opensearch.affinity.encode;

import org.opensearch.action.ActionType;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.nodes.BaseNodeResponse;
import org.opensearch.action.support.nodes.BaseNodesRequest;
import org.opensearch.action.support.nodes.BaseNodesResponse;
import org.opensearch.action.support.nodes.TransportNodesAction;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Lists the model packs of every node, and the models that a node lacks in comparison with the others. */
public final class ModelsAction extends ActionType<ModelsAction.Response> {
    public static final String NAME = "cluster:monitor/affinity/models";
    public static final ModelsAction INSTANCE = new ModelsAction();

    private ModelsAction() {
        super(NAME, Response::new);
    }

    /** The nodes whose model packs are listed. */
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

    /**
     * A model pack of a node.
     *
     * @param precision that the model computes in on the node, {@code auto} until it is measured
     * @param sha256    hexadecimal checksum of the model
     */
    record Model(String name, int dimension, int maxTokens, String precision, String license, String sha256) implements Writeable {
        Model(StreamInput in) throws IOException {
            this(in.readString(), in.readVInt(), in.readVInt(), in.readString(), in.readString(), in.readString());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(name);
            out.writeVInt(dimension);
            out.writeVInt(maxTokens);
            out.writeString(precision);
            out.writeString(license);
            out.writeString(sha256);
        }

        void toXContent(XContentBuilder builder) throws IOException {
            builder.startObject().field("name", name).field("dimension", dimension).field("max_tokens", maxTokens);
            builder.field("precision", precision).field("license", license).field("model_sha256", sha256).endObject();
        }
    }

    /** The model packs of one node. */
    public static final class NodeResponse extends BaseNodeResponse {
        private final List<Model> models;

        NodeResponse(DiscoveryNode node, List<Model> models) {
            super(node);
            this.models = models;
        }

        NodeResponse(StreamInput in) throws IOException {
            super(in);
            models = in.readList(Model::new);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeList(models);
        }
    }

    /** The model packs of all nodes. */
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

        /** The checksums of the models by name, over all nodes. A name with several checksums is an error of the installation. */
        private Map<String, Set<String>> checksums() {
            Map<String, Set<String>> checksums = new TreeMap<>();
            for (NodeResponse node : getNodes()) {
                node.models.forEach(model -> checksums.computeIfAbsent(model.name, name -> new TreeSet<>()).add(model.sha256));
            }
            return checksums;
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            Map<String, Set<String>> checksums = checksums();
            List<String> different = checksums.keySet().stream().filter(name -> checksums.get(name).size() > 1).toList();
            builder.field("models", checksums.keySet()).field("different_between_nodes", different).startObject("nodes");
            for (NodeResponse node : getNodes()) {
                Set<String> missing = new TreeSet<>(checksums.keySet());
                node.models.forEach(model -> missing.remove(model.name));
                builder.startObject(node.getNode().getId()).field("name", node.getNode().getName());
                builder.startArray("models");
                for (Model model : node.models) {
                    model.toXContent(builder);
                }
                builder.endArray().field("missing", missing).endObject();
            }
            return builder.endObject();
        }
    }

    /** Runs on each of the nodes. */
    public static final class Transport extends TransportNodesAction<Request, Response, NodeRequest, NodeResponse> {
        private final Encoder encoder;

        @Inject
        public Transport(
            ThreadPool threadPool,
            ClusterService cluster,
            TransportService transport,
            ActionFilters filters,
            Encoder encoder
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
            ModelPacks models = encoder.models();
            return new NodeResponse(
                clusterService.localNode(),
                models.names().stream().map(models::pack).map(this::model).toList()
            );
        }

        private Model model(ModelPack pack) {
            String precision = encoder.precision(pack.name());
            return new Model(pack.name(), pack.dimension(), pack.maxTokens(), precision, pack.license(), pack.modelSha256());
        }
    }
}
