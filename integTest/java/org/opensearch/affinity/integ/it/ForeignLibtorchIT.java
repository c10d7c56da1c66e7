package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.MlCommons;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Peers;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

/** ml-commons has loaded its libtorch on the node: documents fail with the reason, and the node lives. */
public class ForeignLibtorchIT {
    private static final String PIPELINE = "{\"processors\":[{\"affinity_encode\":{\"fields\":[\"title\"],\"target\":\"v\"}}]}";

    @Test
    public void documentsFailAndTheNodeLives() throws IOException {
        Path target = Path.of(System.getProperty("affinity.work")).resolveSibling("peers");
        assumeTrue("`mvn -Ppeers dependency:copy@peers` fetches ml-commons", Files.exists(target.resolve("pytorch-jni.jar")));
        Path folder = BuiltPlugin.folder(ForeignLibtorchIT.class);
        Path distribution = Path.of(System.getProperty("affinity.distribution"));
        OpenSearchHome home = new Peers(target).install(distribution, Path.of(System.getProperty("affinity.zip")), folder);
        Path model = folder.resolve("minilm.zip").toAbsolutePath();
        Peers.writeModel(home.path().resolve("plugins/opensearch-affinity/models/all-minilm-l6-v2"), 256, model);
        List<Integer> ports = Ports.free(2);
        Map<String, String> more = new TreeMap<>(Peers.settings(1));
        NodeSettings settings = new NodeSettings(
            "node-1", folder.resolve("node"), ports.get(0), ports.get(1), "1g", NodeSettings.QUICK, more, false
        );
        try (Node node = Node.start(home, settings, waited -> {})) {
            Rest rest = node.rest();
            String log = Files.readString(node.log());
            assertEquals("warned once", 2, log.split("ml-commons is installed too", -1).length);
            new MlCommons(rest).deploy(model, 384);
            rest.put("/_ingest/pipeline/encode", PIPELINE);
            JsonNode answer = rest.lines("/items/_bulk?pipeline=encode", "{\"index\":{}}\n{\"title\":\"a\"}\n{\"index\":{}}\n{\"other\":\"b\"}\n");
            JsonNode failed = answer.path("items").get(0).path("index");
            assertThat(
                failed.path("error").path("reason").asText(),
                allOf(containsString("this node has loaded ["), containsString("already, and a second libtorch would end it"))
            );
            assertEquals("a document without text needs no libtorch", 201, answer.path("items").get(1).path("index").path("status").asInt());
            assertTrue(rest.get("/_cluster/health").has("status"));
        }
    }
}
