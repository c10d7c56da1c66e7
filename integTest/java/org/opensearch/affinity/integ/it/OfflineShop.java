package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.data.CosineSimilarity;
import org.opensearch.affinity.integ.data.NodeVectors;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Started in a network namespace by {@link OfflineIT}: looks at the network that it is in, starts a node there, has a document
 * encoded and searches for it. Prints all that it saw as one JSON object and judges nothing.
 */
final class OfflineShop {
    /** Of the documentation (RFC 5737): nobody's, and routed wherever there is a default route. */
    private static final InetSocketAddress OUTSIDE = new InetSocketAddress("192.0.2.1", 443);
    private static final int PATIENCE_MILLIS = 2_000;

    private OfflineShop() {}

    public static void main(String[] args) throws IOException {
        ObjectNode seen = Rest.JSON.createObjectNode();
        ArrayNode interfaces = seen.putArray("interfaces");
        NetworkInterface.networkInterfaces().map(NetworkInterface::getName).forEach(interfaces::add);
        seen.put("routes", routes());
        seen.put("outside", outside());
        Path folder = BuiltPlugin.folder(OfflineIT.class).resolve("node");
        NodeSettings settings = NodeSettings.single(folder, Ports.free(1).getFirst(), "512m", NodeSettings.QUICK);
        try (Node node = Node.start(BuiltPlugin.home(), settings, waited -> {})) {
            encodeAndSearch(node.rest(), seen);
        }
        System.out.println(seen);
    }

    /** IPv4 routes of this network, those within loopback not counted. */
    private static long routes() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/route")).stream().filter(line -> line.startsWith("Iface") == false).count();
    }

    /** What comes of a call to somewhere else. */
    private static String outside() {
        try (Socket socket = new Socket()) {
            socket.connect(OUTSIDE, PATIENCE_MILLIS);
            return "reached";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static void encodeAndSearch(Rest rest, ObjectNode seen) {
        rest.put("/_ingest/pipeline/encode", """
            {"processors": [{"affinity_encode": {"fields": ["title"], "target": "item_vector"}}]}""");
        rest.put("/items", """
            {"settings": {"index.default_pipeline": "encode"},
             "mappings": {"properties": {
               "number": {"type": "integer"}, "title": {"type": "text"}, "item_vector": {"type": "affinity_vector", "dimension": 384}}}}""");
        rest.put("/items/_doc/1", "{\"number\": 1, \"title\": \"Lantern for the tent\"}");
        rest.put("/items/_doc/2", "{\"number\": 2, \"title\": \"Office chair\"}");
        seen.set("models", rest.get("/_plugins/_affinity/models").path("models"));
        NodeVectors vectors = new NodeVectors(rest);
        Map<String, float[]> stored = vectors.stored("items", "item_vector", "number");
        float[] light = vectors.encoded(List.of("light for camping")).getFirst();
        seen.put("cosine_of_lantern", CosineSimilarity.of(light, stored.get("1")));
        seen.put("cosine_of_chair", CosineSimilarity.of(light, stored.get("2")));
        String search = """
            {"_source": "title",
             "query": {"bool": {"must": {"match": {"title": "tent"}}, "filter": {"exists": {"field": "item_vector"}}}}}""";
        seen.set("found", rest.post("/items/_search", search).path("hits").path("hits"));
    }
}
