package org.opensearch.affinity.integ.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings of one node.
 *
 * @param folder  of this node alone, for {@code config}, {@code data}, {@code logs} and {@code tmp}
 * @param heap    size of the heap, such as {@code 1g}
 * @param options further options of the JVM
 * @param more    further settings, of opensearch.yml or of the keystore
 * @param outlive whether the node keeps running when the terminal that started it is closed
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
    /** JVM options for functional tests: a quick start. Unfit for measurements, since C1 alone does not use SIMD. */
    public static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1");

    /** Settings of a cluster of one node. */
    public static NodeSettings single(Path folder, int httpPort, String heap, List<String> options) {
        Map<String, String> more = Map.of("discovery.type", "single-node");
        return new NodeSettings("node-1", folder, httpPort, Ports.free(1).getFirst(), heap, options, more, false);
    }

    /** The same settings for a node that keeps running when its terminal is closed. */
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

    /** The settings of {@link #more} that belong into the keystore. */
    Map<String, String> secrets() {
        Map<String, String> secrets = new TreeMap<>(more);
        secrets.keySet().removeIf(key -> key.startsWith("affinity.pseudonym.") == false);
        return secrets;
    }

    /** The content of opensearch.yml: a node on loopback. */
    String yaml() {
        Map<String, String> lines = new TreeMap<>();
        // On a busy machine searches must not be answered without the profile.
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

    /** The content of jvm.options: that of the distribution with this node's heap, and with all files in this node's folder. */
    List<String> jvmOptions(List<String> ofDistribution) {
        List<String> lines = new ArrayList<>();
        for (String line : ofDistribution) {
            boolean replaced = line.startsWith("-Xm") || line.contains("HeapDump") || line.contains("ErrorFile")
                || line.contains("logs/gc.log");
            if (replaced == false) {
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
