package org.opensearch.affinity.encode;

import org.opensearch.Version;
import org.opensearch.affinity.cluster.NodesAction.NodeValue;
import org.opensearch.affinity.cluster.NodesAction.Response;
import org.opensearch.affinity.encode.ModelsAction.NodeModels;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.hamcrest.Matchers.containsString;

public class ModelsActionTests extends OpenSearchTestCase {
    private static NodeValue<NodeModels> node(String name, ModelsAction.Model... models) {
        DiscoveryNode node = new DiscoveryNode(name, name, buildNewFakeTransportAddress(), Map.of(), Set.of(), Version.CURRENT);
        return new NodeValue<>(node, new NodeModels(List.of(models)));
    }

    private static ModelsAction.Model model(String name, String sha256) {
        return new ModelsAction.Model(name, 384, 256, "f32", "Apache-2.0", sha256, sha256.equals("11") ? "[model.pt] is missing" : null);
    }

    public void testSaysWhichNodeLacksAModelAndWhereWeightsDiffer() throws IOException {
        Response<NodeModels> response = ModelsAction.INSTANCE.response(
            new ClusterName("c"),
            List.of(node("one", model("a", "00"), model("b", "11")), node("two", model("a", "22")), node("three")),
            List.of()
        );
        Response<NodeModels> copy = copyWriteable(response, writableRegistry(), ModelsAction.INSTANCE.getResponseReader());
        String json = Strings.toString(MediaTypeRegistry.JSON, copy);
        assertThat(json, containsString("\"models\":[\"a\",\"b\"],\"different_between_nodes\":[\"a\"]"));
        assertThat(json, containsString("\"model_sha256\":\"11\",\"fault\":\"[model.pt] is missing\"}],\"missing\":[]"));
        assertThat(json, containsString("\"model_sha256\":\"22\"}],\"missing\":[\"b\"]"));
        assertThat(json, containsString("\"name\":\"three\",\"models\":[],\"missing\":[\"a\",\"b\"]"));
    }
}
