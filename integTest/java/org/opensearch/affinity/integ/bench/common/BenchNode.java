package org.opensearch.affinity.integ.bench.common;

import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Starts the single node of a benchmark, with the usual JVM options and time-outs. */
public final class BenchNode {
    private BenchNode() {}

    public static Node start(Screen screen, OpenSearchHome home, String name, Path folder, String heap) throws IOException {
        try (Step step = screen.step("Starting a node")) {
            List<Integer> ports = Ports.free(2);
            Map<String, String> more = new TreeMap<>(Map.of("discovery.type", "single-node", "affinity.profile_timeout", "50ms"));
            NodeSettings settings = new NodeSettings(name, folder, ports.get(0), ports.get(1), heap, List.of(), more, false);
            Node node = Node.start(home, settings, waited -> step.now(waited.toSeconds() + " s"));
            step.done("node " + node.pid() + " answers at " + node.rest().base());
            return node;
        }
    }
}
