package org.opensearch.affinity.integ.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Several nodes of one cluster on loopback. */
public final class Cluster implements AutoCloseable {
    private final List<Node> nodes;

    private Cluster(List<Node> nodes) {
        this.nodes = nodes;
    }

    /** Starts {@code count} nodes in folders below {@code folder} and waits until they form a cluster. */
    public static Cluster start(OpenSearchHome home, Path folder, int count, String heap, List<String> options) throws IOException {
        List<Integer> ports = Ports.free(2 * count);
        String names = IntStream.rangeClosed(1, count).mapToObj(i -> "node-" + i).collect(Collectors.joining(", ", "[", "]"));
        String seeds = ports.subList(count, 2 * count).stream().map(port -> "\"127.0.0.1:" + port + "\"")
            .collect(Collectors.joining(", ", "[", "]"));
        Map<String, String> more = Map.of("cluster.initial_cluster_manager_nodes", names, "discovery.seed_hosts", seeds);
        Cluster cluster = new Cluster(new ArrayList<>());
        try {
            for (int i = 0; i < count; i++) {
                String name = "node-" + (i + 1);
                NodeSettings settings = new NodeSettings(name, folder.resolve(name), ports.get(i), ports.get(count + i), heap, options,
                    more, false);
                cluster.nodes.add(Node.launch(home, settings));
            }
            for (Node node : cluster.nodes) {
                node.await(waited -> {});
            }
            cluster.rest().get("/_cluster/health?wait_for_nodes=" + count + "&timeout=120s");
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** The nodes, in the order of their names. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** The HTTP interface of the first node. */
    public Rest rest() {
        return nodes.getFirst().rest();
    }

    @Override
    public void close() {
        nodes.parallelStream().forEach(Node::close);
    }
}
