package org.opensearch.affinity.integ.bench.concept;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.Test;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.runtime.TorchRuntime;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

public class ConceptRunTests {
    /** Users of two kinds of items, which are the categories: groups of item vectors find them, in each half of the users. */
    @Test
    public void measuresAllMethods() {
        InteractionMatrix.Builder log = new InteractionMatrix.Builder(24);
        Random random = new Random(1);
        for (int user = 0; user < 40; user++) {
            for (int i = 0; i < 8; i++) {
                log.add(user, 12 * (user % 2) + random.nextInt(12), 1, i);
            }
        }
        int[] categories = IntStream.range(0, 24).map(item -> item / 12).toArray();
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Screen screen = new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), false, false, 200);
        TorchRuntime torch = new TorchRuntime(Path.of(System.getProperty("affinity.native")), 1);
        JsonNode json = new ConceptRun(screen, log.build(), categories, 2, 2, torch::newManager).run();
        for (String method : List.of("concepts", "concepts_untrained", "vae", "vae_groups", "graph_groups", "svd_groups")) {
            JsonNode figures = json.path("figures").path(method);
            assertEquals(method, 5, figures.size());
            figures.forEach(figure -> assertTrue(method + figures, figure.get(1).asDouble() <= figure.get(0).asDouble() + 0.3));
            assertEquals(method.equals("concepts") ? 0 : 5, json.path("differences").path(method).size());
        }
        JsonNode graph = json.path("figures").path("graph_groups");
        for (String figure : List.of("disentanglement", "completeness", "consistency", "stability")) {
            assertEquals(figure + graph, 1, graph.path(figure).get(0).asDouble(), 1e-6);
        }
        assertTrue(shown.toString(StandardCharsets.UTF_8), shown.toString(StandardCharsets.UTF_8).contains("concepts less vae"));
    }
}
