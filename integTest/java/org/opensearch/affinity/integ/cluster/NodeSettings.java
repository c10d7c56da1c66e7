package org.opensearch.affinity.integ.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one node is started with.
 *
 * @param folder  its own folder: {@code config}, {@code data}, {@code logs}, {@code tmp} come below it
 * @param options further options of its JVM
 * @param more    further lines of opensearch.yml
 * @param outlive whether the node is to go on when the terminal that started it is closed
 */
public record NodeSettings(
    String name,
    Path folder,
    int httpPort,
    int transportPort,
    String heap,
    List<String> options,
    Map<String, String> more,
    boolean outlive
) {
    /** Functional tests: quick to start and small. Timings taken with it mean nothing, C1 alone switches SIMD off. */
    public static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1");

    /** A node that is a cluster of its own. */
    public static NodeSettings single(Path folder, int httpPort, String heap, List<String> options) {
        Map<String, String> more = Map.of("discovery.type", "single-node");
        return new NodeSettings("node-1", folder, httpPort, Ports.free(1).getFirst(), heap, options, more, false);
    }

    /** The same node, made to survive its starter. */
    public NodeSettings outliving() {
        return new NodeSettings(name, folder, httpPort, transportPort, heap, options, more, true);
    }

    Path config() {
        return folder.resolve("config");
    }

    Path logs() {
        return folder.resolve("logs");
    }

    Path tmp() {
        return folder.resolve("tmp");
    }

    /** Those of {@link #more} that OpenSearch reads in its keystore alone. */
    Map<String, String> secrets() {
        Map<String, String> secrets = new TreeMap<>(more);
        secrets.keySet().removeIf(key -> key.startsWith("affinity.pseudonym.") == false);
        return secrets;
    }

    /** opensearch.yml: loopback only. */
    String yaml() {
        Map<String, String> lines = new TreeMap<>();
        // What is measured and tested here is ranking, not how busy the machine is.
        lines.put("affinity.profile_timeout", "10s");
        lines.putAll(more);
        lines.keySet().removeAll(secrets().keySet());
        lines.putIfAbsent("cluster.name", "affinity");
        lines.put("node.name", name);
        lines.put("network.host", "127.0.0.1");
        lines.put("http.port", Integer.toString(httpPort));
        lines.put("transport.port", Integer.toString(transportPort));
        lines.put("path.data", quoted(folder.resolve("data")));
        lines.put("path.logs", quoted(logs()));
        lines.putIfAbsent("cluster.routing.allocation.disk.threshold_enabled", "false");
        StringBuilder yaml = new StringBuilder();
        lines.forEach((key, value) -> yaml.append(key).append(": ").append(value).append('\n'));
        return yaml.toString();
    }

    /** The JVM options of the distribution, with the heap and all files of this node in its own folder. */
    List<String> jvmOptions(List<String> ofDistribution) {
        List<String> lines = new ArrayList<>();
        for (String line : ofDistribution) {
            boolean ours = line.startsWith("-Xm") || line.contains("HeapDump") || line.contains("ErrorFile") || line.contains("logs/gc.log");
            if (ours == false) {
                lines.add(line);
            }
        }
        lines.add("-Xms" + heap);
        lines.add("-Xmx" + heap);
        lines.add("-XX:ErrorFile=" + logs().resolve("hs_err_pid%p.log"));
        lines.addAll(options);
        return lines;
    }

    private static String quoted(Path path) {
        return '"' + path.toAbsolutePath().toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
