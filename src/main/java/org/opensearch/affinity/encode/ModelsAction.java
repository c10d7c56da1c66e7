package org.opensearch.affinity.encode;

import org.opensearch.action.support.ActionFilters;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.NodesAction;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContent.Params;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Lists the model packs of every node, those that a node lacks, and those whose weights differ between nodes. */
public final class ModelsAction extends NodesAction<ModelsAction.NodeModels> {
    public static final String NAME = "cluster:monitor/affinity/models";
    public static final ModelsAction INSTANCE = new ModelsAction();

    private ModelsAction() {
        super(NAME, NodeModels::new, ModelsAction::write);
    }

    /**
     * A model pack of one node.
     *
     * @param dimension of its vectors
     * @param maxTokens the most tokens that the model reads at once
     * @param precision the precision that the node computes in
     * @param sha256    of the weights, in hexadecimal digits
     * @param fault     why the node cannot use the pack; null if it can, or has not checked it yet
     */
    record Model(String name, int dimension, int maxTokens, String precision, String license, String sha256, String fault)
        implements
            Writeable {
        private static final Format FORMAT = Format.first(Model.class);

        Model(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Model(Frame in) throws IOException {
            this(
                in.readString(),
                in.readVInt(),
                in.readVInt(),
                in.readString(),
                in.readString(),
                in.readString(),
                in.readOptionalString()
            );
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(name);
                out.writeVInt(dimension);
                out.writeVInt(maxTokens);
                out.writeString(precision);
                out.writeString(license);
                out.writeString(sha256);
                out.writeOptionalString(fault);
            }
        }

        void toXContent(XContentBuilder builder) throws IOException {
            builder.startObject().field("name", name).field("dimension", dimension).field("max_tokens", maxTokens);
            builder.field("precision", precision).field("license", license).field("model_sha256", sha256);
            if (fault != null) {
                builder.field("fault", fault);
            }
            builder.endObject();
        }
    }

    /** The model packs of one node. */
    record NodeModels(List<Model> models) implements Writeable {
        private static final Format FORMAT = Format.first(NodeModels.class);

        NodeModels(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private NodeModels(Frame in) throws IOException {
            this(in.readList(Model::new));
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeList(models);
            }
        }
    }

    private static void write(List<NodeValue<NodeModels>> nodes, XContentBuilder builder, Params params) throws IOException {
        Map<String, Set<String>> weights = weights(nodes);
        List<String> different = weights.keySet().stream().filter(name -> weights.get(name).size() > 1).toList();
        builder.field("models", weights.keySet()).field("different_between_nodes", different).startObject("nodes");
        for (NodeValue<NodeModels> node : nodes) {
            Set<String> missing = new TreeSet<>(weights.keySet());
            builder.startObject(node.getNode().getId()).field("name", node.getNode().getName());
            builder.startArray("models");
            for (Model model : node.value().models) {
                missing.remove(model.name);
                model.toXContent(builder);
            }
            builder.endArray().field("missing", missing).endObject();
        }
        builder.endObject();
    }

    /** The hashes of the weights of each model on all nodes, by its name. More than one of a name is a mistake of installation. */
    private static Map<String, Set<String>> weights(List<NodeValue<NodeModels>> nodes) {
        Map<String, Set<String>> weights = new TreeMap<>();
        for (NodeValue<NodeModels> node : nodes) {
            node.value().models.forEach(model -> weights.computeIfAbsent(model.name, name -> new TreeSet<>()).add(model.sha256));
        }
        return weights;
    }

    public static final class Transport extends NodesAction.Transport<NodeModels> {
        private final Encoder encoder;

        @Inject
        public Transport(ThreadPool threads, ClusterService cluster, TransportService transport, ActionFilters filters, Encoder encoder) {
            super(INSTANCE, threads, cluster, transport, filters);
            this.encoder = encoder;
        }

        @Override
        protected NodeModels value() {
            ModelPacks models = encoder.models();
            return new NodeModels(models.names().stream().map(models::pack).map(this::model).toList());
        }

        private Model model(ModelPack pack) {
            String precision = encoder.precision(pack.name());
            String fault = encoder.models().fault(pack.name()).orElse(null);
            return new Model(pack.name(), pack.dimension(), pack.maxTokens(), precision, pack.license(), pack.modelSha256(), fault);
        }
    }
}
