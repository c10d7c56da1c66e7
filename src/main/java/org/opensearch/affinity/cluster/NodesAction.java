package org.opensearch.affinity.cluster;

import org.opensearch.action.ActionType;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.nodes.BaseNodeResponse;
import org.opensearch.action.support.nodes.BaseNodesRequest;
import org.opensearch.action.support.nodes.BaseNodesResponse;
import org.opensearch.action.support.nodes.TransportNodesAction;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContent.Params;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.List;

/**
 * Base of the actions that ask every node for one value.
 *
 * @param <T> the type of the value
 */
public abstract class NodesAction<T extends Writeable> extends ActionType<NodesAction.Response<T>> {
    private final Writeable.Reader<T> reader;
    private final Body<T> body;

    /** @param body writes the response as XContent */
    protected NodesAction(String name, Writeable.Reader<T> reader, Body<T> body) {
        super(name, in -> new Response<>(in, reader, body));
        this.reader = reader;
        this.body = body;
    }

    /** Writes the values of all nodes as members of an object. */
    @FunctionalInterface
    public interface Body<T extends Writeable> {
        void write(List<NodeValue<T>> nodes, XContentBuilder builder, Params params) throws IOException;
    }

    /** A response with these values. */
    public final Response<T> response(ClusterName cluster, List<NodeValue<T>> nodes, List<FailedNodeException> failures) {
        return new Response<>(cluster, nodes, failures, body);
    }

    /** A request to all nodes. */
    public static final class Request extends BaseNodesRequest<Request> {
        public Request() {
            super(new String[0]);
        }

        Request(StreamInput in) throws IOException {
            super(in);
        }
    }

    /** The value of one node. */
    public static final class NodeValue<T extends Writeable> extends BaseNodeResponse {
        private final T value;

        public NodeValue(DiscoveryNode node, T value) {
            super(node);
            this.value = value;
        }

        NodeValue(StreamInput in, Writeable.Reader<T> reader) throws IOException {
            super(in);
            value = reader.read(in);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            value.writeTo(out);
        }

        public T value() {
            return value;
        }
    }

    /** The values of the nodes that answered, and the failures of the others. */
    public static final class Response<T extends Writeable> extends BaseNodesResponse<NodeValue<T>> implements ToXContentFragment {
        private final Body<T> body;

        private Response(ClusterName cluster, List<NodeValue<T>> nodes, List<FailedNodeException> failures, Body<T> body) {
            super(cluster, nodes, failures);
            this.body = body;
        }

        private Response(StreamInput in, Writeable.Reader<T> reader, Body<T> body) throws IOException {
            // In the order of writeTo. The base's constructor for streams cannot be used: it would need the reader before it is set.
            this(new ClusterName(in), in.readList(node -> new NodeValue<>(node, reader)), in.readList(FailedNodeException::new), body);
        }

        @Override
        protected List<NodeValue<T>> readNodesFrom(StreamInput in) {
            throw new UnsupportedOperationException("the constructor reads the nodes");
        }

        @Override
        protected void writeNodesTo(StreamOutput out, List<NodeValue<T>> nodes) throws IOException {
            out.writeList(nodes);
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            body.write(getNodes(), builder, params);
            return builder;
        }
    }

    /** Runs on the node that receives the request, and on each node in its management pool. */
    public abstract static class Transport<T extends Writeable> extends TransportNodesAction<
        Request,
        Response<T>,
        TransportRequest.Empty,
        NodeValue<T>> {

        private final NodesAction<T> action;

        protected Transport(
            NodesAction<T> action,
            ThreadPool threadPool,
            ClusterService cluster,
            TransportService transport,
            ActionFilters filters
        ) {
            super(
                action.name(),
                threadPool,
                cluster,
                transport,
                filters,
                Request::new,
                TransportRequest.Empty::new,
                ThreadPool.Names.MANAGEMENT,
                valueClass()
            );
            this.action = action;
        }

        @SuppressWarnings("unchecked")
        private static <T extends Writeable> Class<NodeValue<T>> valueClass() {
            return (Class<NodeValue<T>>) (Class<?>) NodeValue.class;
        }

        /** The value of this node. */
        protected abstract T value();

        @Override
        protected final Response<T> newResponse(Request request, List<NodeValue<T>> nodes, List<FailedNodeException> failures) {
            return action.response(clusterService.getClusterName(), nodes, failures);
        }

        @Override
        protected final TransportRequest.Empty newNodeRequest(Request request) {
            return new TransportRequest.Empty();
        }

        @Override
        protected final NodeValue<T> newNodeResponse(StreamInput in) throws IOException {
            return new NodeValue<>(in, action.reader);
        }

        @Override
        protected final NodeValue<T> nodeOperation(TransportRequest.Empty request) {
            return new NodeValue<>(clusterService.localNode(), value());
        }
    }
}
