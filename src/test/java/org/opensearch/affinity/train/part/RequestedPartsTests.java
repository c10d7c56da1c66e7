package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.learn.network.LightGcn;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

public class RequestedPartsTests extends OpenSearchTestCase {
    private static RequestedParts parts(String... names) {
        return RequestedParts.of(List.of(names), PartSettings.NONE);
    }

    public void testNames() {
        RequestedParts none = new RequestedParts(List.of(), false, false, PartSettings.NONE);
        assertEquals(none, RequestedParts.of(null, PartSettings.NONE));
        assertEquals(none, parts("neighbours"));
        assertEquals(new RequestedParts(List.of(VectorPart.GRAPH), false, false, PartSettings.NONE), parts("graph", "neighbours", "graph"));
        assertEquals(new RequestedParts(List.of(VectorPart.values()), true, true, PartSettings.NONE), parts("auto"));
        for (String[] wrong : new String[][] { { "grahp" }, { "auto", "graph" } }) {
            IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> parts(wrong));
            assertTrue(e.getMessage(), e.getMessage().contains("name some of [neighbours, graph, factors, attention, vae, concepts, segments, ratings], or [auto] alone"));
        }
    }

    public void testSettings() {
        PartSettings settings = new PartSettings(Map.of("graph", Map.of("dimension", 8.0), "neighbours", Map.of("to", 0.25, "keep", 0.9)));
        InteractionMatrix matrix = InteractionMatrices.twoGroups(400, 300, random());
        int[] dimensions = VectorPart.GRAPH.dimensions(PartSettings.NONE, matrix);
        assertArrayEquals("a quarter of the items at most", new int[] { 64 }, dimensions);
        assertEquals(LowPass.standard().withDimension(64), PartMethod.standard(VectorPart.GRAPH, PartSettings.NONE, dimensions).method());
        assertArrayEquals(new int[] { 8 }, VectorPart.GRAPH.dimensions(settings, matrix));
        assertEquals(LowPass.standard().withDimension(8), PartMethod.standard(VectorPart.GRAPH, settings, new int[] { 8 }).method());
        int[] ofFactors = VectorPart.FACTORS.dimensions(settings, matrix);
        assertEquals(ImplicitFactors.standard(), PartMethod.standard(VectorPart.FACTORS, settings, ofFactors).method());
        Neighbourhood cosine = Neighbourhood.cosine();
        assertEquals(cosine.withToExponent(0.25).withRecencyDecay(0.9), settings.neighbours(cosine));
        assertEquals(cosine, PartSettings.NONE.neighbours(cosine));
        List<Hyperparameter<LowPass>> all = LowPass.hyperparameters(matrix, dimensions);
        assertEquals("the dimension is given", List.of(all.get(0), all.get(2), all.get(3)), settings.open("graph", all));
        assertEquals(all, settings.open("factors", all));
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> RequestedParts.of(List.of("factors"), settings));
        assertEquals("lacks [graph], which has [settings]", e.getMessage());
        assertEquals(List.of(VectorPart.GRAPH), RequestedParts.of(List.of("graph"), settings).parts());
    }

    public void testSettingsAreReadAsTheyWereDescribed() {
        PartMethod graph = new PartMethod(VectorPart.GRAPH, LowPass.standard().withDimension(64).withRecencyDecay(0.7).withUserExponent(0.6).withFromExponent(0.3));
        PartMethod factors = new PartMethod(VectorPart.FACTORS, ImplicitFactors.standard().withAlpha(0.01).withIterations(12));
        Map<String, Double> ofAttention = Map.of("dimension", 32.0, "layers", 1.0, "dropout", 0.25, "temperature", 0.1, "epochs", 5.0, "rate", 0.01);
        PartMethod attention = new PartMethod(VectorPart.ATTENTION, VectorPart.ATTENTION.method(ofAttention));
        Map<String, Double> ofVae = Map.of("dimension", 32.0, "hidden", 9.0, "dropout", 0.25, "divergence", 0.1, "epochs", 5.0, "rate", 0.01);
        PartMethod vae = new PartMethod(VectorPart.VAE, VectorPart.VAE.method(ofVae));
        Map<String, Double> ofConcepts = Map.of("concepts", 5.0, "dimension", 16.0, "hidden", 9.0, "dropout", 0.25, "divergence", 0.1, "epochs", 5.0, "rate", 0.01);
        PartMethod concepts = new PartMethod(VectorPart.CONCEPTS, VectorPart.CONCEPTS.method(ofConcepts));
        Map<String, Double> ofSegments = Map.of("levels", 2.0, "dimension", 32.0, "temperature", 0.2, "prior", 50.0, "density", 1.0, "least", 30.0);
        PartMethod segments = new PartMethod(VectorPart.SEGMENTS, VectorPart.SEGMENTS.method(ofSegments));
        Set<PartMethod> all = Set.of(graph, factors, attention, vae, concepts, segments);
        Map<String, Object> described = all.stream()
            .collect(Collectors.toMap(method -> method.part().signal(), method -> method.part().settings(method.method())));
        assertEquals(all, Set.copyOf(PartMethod.read(Map.of("parts", described))));
        assertEquals(32, attention.method().dimension());
        PartMethod gradient = new PartMethod(VectorPart.GRAPH, LightGcn.standard().withDimension(32).withSteps(70).withRecencyDecay(0.7));
        Map<String, Object> byGradient = Map.of("parts", Map.of("graph", VectorPart.GRAPH.settings(gradient.method())));
        assertEquals(List.of(gradient), PartMethod.read(byGradient));
        Map<String, Object> withoutDamping = Map.of("parts", Map.of("graph", Map.of("dimension", 32, "keep", 0.7)));
        PartMethod ideal = new PartMethod(VectorPart.GRAPH, LowPass.standard().withDimension(32).withDamping(0).withRecencyDecay(0.7));
        assertEquals("an earlier version", List.of(ideal), PartMethod.read(withoutDamping));
        assertEquals(List.of(), PartMethod.read(Map.of()));
        Map<String, Object> later = Map.of("parts", Map.of("of_tomorrow", Map.of(), "attention", Map.of("dropout", 2), "graph", Map.of("dimension", -1), "factors", 7));
        assertEquals("what cannot be read is left out", List.of(), PartMethod.read(later));
    }
}
