package org.opensearch.affinity.stats;

import org.opensearch.action.support.ActionFilters;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.NodesAction;
import org.opensearch.affinity.encode.Encoder;
import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RankStats;
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

/** Reads the encoding and ranking statistics of every node. */
public final class StatsAction extends NodesAction<StatsAction.NodeStats> {
    public static final String NAME = "cluster:monitor/affinity/stats";
    public static final StatsAction INSTANCE = new StatsAction();

    private StatsAction() {
        super(NAME, NodeStats::new, StatsAction::write);
    }

    /** The statistics of one node. */
    public record NodeStats(EncodeStats encode, RankStats rank) implements Writeable {
        private static final Format FORMAT = Format.first(NodeStats.class);

        NodeStats(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private NodeStats(Frame in) throws IOException {
            this(new EncodeStats(in), new RankStats(in));
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                encode.writeTo(out);
                rank.writeTo(out);
            }
        }
    }

    private static void write(List<NodeValue<NodeStats>> nodes, XContentBuilder builder, Params params) throws IOException {
        builder.startObject("nodes");
        for (NodeValue<NodeStats> node : nodes) {
            builder.startObject(node.getNode().getId()).field("name", node.getNode().getName());
            node.value().encode.toXContent(builder, params);
            node.value().rank.toXContent(builder, params).endObject();
        }
        builder.endObject();
    }

    public static final class Transport extends NodesAction.Transport<NodeStats> {
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
            super(INSTANCE, threadPool, cluster, transport, filters);
            this.encoder = encoder;
            this.rank = rank;
        }

        @Override
        protected NodeStats value() {
            return new NodeStats(encoder.stats(), rank.stats());
        }
    }
}
