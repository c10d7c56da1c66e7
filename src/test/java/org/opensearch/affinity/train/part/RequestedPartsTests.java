package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Map;
import java.util.Set;

public class RequestedPartsTests extends OpenSearchTestCase {
    public void testNames() {
        assertEquals(RequestedParts.NONE, RequestedParts.of(null));
        assertEquals(RequestedParts.NONE, RequestedParts.of(List.of("neighbours")));
        assertEquals(new RequestedParts(List.of(VectorPart.GRAPH), false), RequestedParts.of(List.of("graph", "neighbours", "graph")));
        assertEquals(new RequestedParts(List.of(VectorPart.GRAPH, VectorPart.FACTORS), true), RequestedParts.of(List.of("auto")));
        for (List<String> wrong : List.of(List.of("grahp"), List.of("auto", "graph"))) {
            IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> RequestedParts.of(wrong));
            assertTrue(e.getMessage(), e.getMessage().contains("name some of [neighbours, graph, factors], or [auto] alone"));
        }
    }

    public void testSettingsAreReadAsTheyWereDescribed() {
        PartMethod graph = new PartMethod(VectorPart.GRAPH, LowPass.standard().withDimension(64).withRecencyDecay(0.7));
        PartMethod factors = new PartMethod(VectorPart.FACTORS, ImplicitFactors.standard().withAlpha(0.01).withIterations(12));
        Map<String, Object> about = Map.of(
            "parts",
            Map.of("graph", VectorPart.GRAPH.settings(graph.method()), "factors", VectorPart.FACTORS.settings(factors.method()))
        );
        assertEquals(Set.of(graph, factors), Set.copyOf(PartMethod.read(about)));
        assertEquals(List.of(), PartMethod.read(Map.of()));
        Map<String, Object> later = Map.of("parts", Map.of("attention", Map.of(), "graph", Map.of("dimension", -1), "factors", 7));
        assertEquals("what cannot be read is left out", List.of(), PartMethod.read(later));
    }
}
