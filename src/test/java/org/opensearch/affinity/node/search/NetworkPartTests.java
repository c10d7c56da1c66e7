package org.opensearch.affinity.node.search;

import org.opensearch.affinity.profile.label.DescribeProfileAction;
import org.opensearch.affinity.profile.label.GetGroupsAction;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RankStats;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.env.Environment;
import org.opensearch.search.SearchHit;
import org.junit.Before;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The parts {@code attention} and {@code vae} of models, which are trained on libtorch and rank without it. */
public class NetworkPartTests extends PartTestCase {
    private static final List<String> PARTS = List.of("attention", "vae", "concepts");
    private static final String QUICKLY = """
        "activate": true, "parts": ["attention", "vae", "concepts"], "settings": {
          "attention": {"dimension": 16, "layers": 1, "dropout": 0.1, "temperature": 0.1, "epochs": 25, "rate": 0.01},
          "vae": {"dimension": 8, "hidden": 16, "dropout": 0.3, "divergence": 0.1, "epochs": 40, "rate": 0.02},
          "concepts": {"concepts": 3, "dimension": 8, "hidden": 16, "dropout": 0.3, "divergence": 0.1, "epochs": 40, "rate": 0.02}}
        """;

    /** Links the native code to where it is when the plugin is installed; libtorch is loaded with the first training. */
    @Before
    public void linkNatives() throws IOException {
        Path plugin = Files.createDirectories(getInstanceFromNode(Environment.class).pluginsDir().resolve("opensearch-affinity"));
        if (Files.exists(plugin.resolve("native")) == false) {
            Files.createSymbolicLink(plugin.resolve("native"), PathUtils.get(System.getProperty("affinity.native")).toAbsolutePath());
        }
    }

    public void testNetworksRankFindAndExplain() throws Exception {
        kinds(randomIntBetween(1, 3));
        Map<String, Object> model = train("{" + QUICKLY + "}");
        assertEquals(Set.copyOf(PARTS), ((Map<?, ?>) model.get("parts")).keySet());
        for (String part : PARTS) {
            assertRanks(part, 1.3, 1.1);
            Map<String, Float> scores = scores(part);
            long histories = stats().histories();
            assertEquals("the same of every search", scores, scores(part));
            assertEquals("its vector is kept", histories, stats().histories());
            assertTrue(histories > 0 && stats().historyMicros() > 0);
            List<String> ids = found(part);
            assertTrue(part + " " + ids, ids.stream().allMatch(id -> id.startsWith("k0_") || id.equals("new0")));
        }
        reasons();
    }

    private RankStats stats() {
        return getInstanceFromNode(RankNode.class).stats();
    }

    /** Reasons name items of the history, and explanations are exact. */
    @SuppressWarnings("unchecked")
    private void reasons() throws Exception {
        String parameters = ANN.replace("ann", "u3") + ", \"why\": true, \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"attention\": 2, \"vae\": 3, \"concepts\": 1}";
        Set<String> history = IntStream.range(0, 6).mapToObj(i -> "k0_" + (1 + i * i) % OF_A_KIND).collect(Collectors.toSet());
        Set<String> parts = new HashSet<>();
        for (SearchHit hit : rescored("shop", 200, parameters, ", \"explain\": true").response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
            Map<String, Object> reasons = hit.field("_affinity").getValue();
            for (Map<String, Object> part : (List<Map<String, Object>>) reasons.getOrDefault("parts", List.of())) {
                parts.add((String) part.get("signal"));
                List<Map<String, Object>> items = (List<Map<String, Object>>) part.get("items");
                assertTrue(items.toString(), items.size() <= 3 && items.stream().allMatch(item -> history.contains(item.get("id"))));
                double sum = items.stream().mapToDouble(item -> (double) item.get("share")).sum();
                assertTrue("at most the value, and as much of it as three of six have", sum <= (double) part.get("value") + 1e-6 && sum > 0);
            }
        }
        assertEquals(Set.copyOf(PARTS), parts);
    }

    /** Concepts are described, each user has shares in them, and one that is switched off takes its items away from the user. */
    @SuppressWarnings("unchecked")
    public void testConceptsAreShownAndSteered() throws Exception {
        kinds(randomIntBetween(1, 2));
        train("""
            {"activate": true, "parts": ["concepts"], "settings": {
              "concepts": {"concepts": 3, "dimension": 8, "hidden": 16, "dropout": 0.3, "divergence": 0.1, "epochs": 40, "rate": 0.02}}}""");
        Map<String, Object> described = json(client().execute(GetGroupsAction.INSTANCE, new GetGroupsAction.Request("t", 1, "concepts", null)).get());
        List<Map<String, Object>> concepts = (List<Map<String, Object>>) described.get("concepts");
        assertEquals(List.of(1, 2, 3), concepts.stream().map(concept -> concept.get("number")).toList());
        assertEquals(1, concepts.stream().mapToDouble(concept -> ((Number) concept.get("size")).doubleValue()).sum(), 0.01);
        Map<String, Object> profile = json(client().execute(DescribeProfileAction.INSTANCE, new DescribeProfileAction.Request("t", "ann")).get());
        List<Map<String, Object>> ofAnn = (List<Map<String, Object>>) profile.get("concepts");
        assertEquals(3, ofAnn.size());
        assertEquals(1, ofAnn.stream().mapToDouble(concept -> ((Number) concept.get("share")).doubleValue()).sum(), 0.01);
        String most = ofAnn.getFirst().get("number").toString();

        String signals = ANN + ", \"signals\": {\"popularity\": 0, \"neighbours\": 1, \"concepts\": 3}";
        Map<String, Float> usual = rescored("shop", 200, signals, "").scores();
        Map<String, Float> without = rescored("shop", 200, signals + ", \"concepts\": {\"" + most + "\": 0}", "").scores();
        Map<String, Float> twice = rescored("shop", 200, signals + ", \"concepts\": {\"" + most + "\": 2}", "").scores();
        assertTrue(usual + " " + without, mean(without, "k0_") < 2 + 0.2 * (mean(usual, "k0_") - 2));
        assertTrue(usual + " " + twice, mean(twice, "k0_") > 1.2 * mean(usual, "k0_"));
        assertEquals("an item that the model does not know", usual.get("vectorless"), without.get("vectorless"));
        for (SearchHit hit : rescored("shop", 200, signals + ", \"concepts\": {\"1\": 0.3, \"2\": 2}", ", \"explain\": true").response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
        for (SearchHit hit : rescored("shop", 200, signals + ", \"why\": true", "").response().getHits()) {
            Map<String, Object> reasons = hit.field("_affinity").getValue();
            List<Map<String, Object>> ofHit = (List<Map<String, Object>>) reasons.get("concepts");
            double sum = ofHit == null ? 1 : ofHit.stream().mapToDouble(concept -> ((Number) concept.get("share")).doubleValue()).sum();
            assertTrue(hit.getId() + " " + ofHit, sum > 0.8 && sum < 1.001);
            assertEquals(hit.getId(), hit.getId().equals("vectorless"), ofHit == null);
        }
        assertWarned(signals + ", \"concepts\": {\"7\": 0}", "the active model has [3] concepts, and none of [7]");
        train("{\"activate\": true}");
        assertWarned(signals + ", \"concepts\": {\"1\": 0}", "[concepts] change nothing: the active model [2] was trained without the part [concepts]");
        Exception e = expectThrows(ExecutionException.class, () -> client().execute(GetGroupsAction.INSTANCE, new GetGroupsAction.Request("t", 2, "concepts", null)).get());
        assertTrue(e.toString(), e.getMessage().contains("model [2] of tracker [t] was trained without the part [concepts]"));
        assertRefused("[concepts.x] is not the number of a concept", () -> rescored("shop", 5, signals + ", \"concepts\": {\"x\": 0}", ""));
    }

    private static Map<String, Object> json(ToXContent response) {
        return XContentHelper.convertToMap(JsonXContent.jsonXContent, Strings.toString(MediaTypeRegistry.JSON, response), true);
    }

    private void assertWarned(String parameters, String warning) throws Exception {
        List<String> warnings = rescored("shop", 200, parameters, "").warnings();
        assertTrue(warnings.toString(), warnings.stream().anyMatch(one -> one.contains(warning)));
    }

    /** With the same settings. The order of events of one moment is not that of the first time. */
    public void testTrainedAgain() throws Exception {
        kinds(1);
        Map<String, Object> first = train("{" + QUICKLY + "}");
        Map<String, Object> again = train("{\"activate\": true, \"weights_of\": 1}");
        for (String part : PARTS) {
            assertEquals(settings(first, part), settings(again, part));
            Map<String, Float> scores = scores(part);
            assertTrue(part + " " + scores, mean(scores, "k0_") > 1.3 * Math.max(mean(scores, "k1_"), mean(scores, "k2_")));
        }
    }

    /** Users who took items of the first kind begin to take those of the second, too. */
    public void testContinued() throws Exception {
        kinds(1);
        train("{" + QUICKLY + "}");
        Map<String, Float> before = scores("attention");
        train("{\"activate\": true, \"weights_of\": 1, \"continue\": true}");
        scores("attention").forEach((item, score) -> assertEquals("no user has newer events: " + item, before.get(item), score, 0.2f));
        for (int user = 0; user < 60; user++) {
            if (user % 3 == 0) {
                event("u" + user, "click", "k0_0");
                event("u" + user, "click", "k1_" + user % OF_A_KIND);
                event("u" + user, "click", "k1_" + (user + 1) % OF_A_KIND);
            }
        }
        awaitProfiles("t");
        refresh("ubi_events");
        Map<String, Object> model = train("{\"activate\": true, \"weights_of\": 1, \"continue\": true}");
        assertEquals(Set.copyOf(PARTS), Set.copyOf((List<?>) model.get("continued")));
        Map<String, Float> scores = scores("attention");
        assertTrue("not forgotten: " + scores, mean(scores, "k0_") > 1.1 * mean(scores, "k2_"));
        assertTrue("nearer than before: " + before + " " + scores, mean(scores, "k1_") - mean(scores, "k2_") > mean(before, "k1_") - mean(before, "k2_"));
        Exception e = expectThrows(IllegalArgumentException.class, () -> train("{\"continue\": true}"));
        assertEquals("[affinity] [continue] continues the networks of the model [weights_of], which is missing", e.getMessage());
    }

    /** Whoever clicked the hub clicks one item next, and whoever bought it another one. */
    public void testActionsAreInputs() throws Exception {
        kinds(1);
        for (String item : List.of("hub", "after_click", "after_purchase")) {
            index("shop", item, item(2, content(0)));
        }
        refresh("shop");
        for (int user = 0; user < 80; user++) {
            String action = user % 2 == 0 ? "click" : "purchase";
            event("v" + user, action, "hub");
            event("v" + user, "click", "after_" + action);
        }
        event("cleo", "click", "hub");
        event("paul", "purchase", "hub");
        awaitProfiles("t");
        refresh("ubi_events");
        train("""
            {"activate": true, "parts": ["attention"], "settings": {
              "attention": {"dimension": 16, "layers": 1, "dropout": 0.1, "temperature": 0.1, "epochs": 100, "rate": 0.01}}}""");
        for (String user : List.of("cleo", "paul")) {
            String signals = ", \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"attention\": 3}";
            Map<String, Float> scores = rescored("shop", 200, ANN.replace("ann", user) + signals, "").scores();
            float difference = scores.get("after_click") - scores.get("after_purchase");
            assertTrue(user + " " + scores, user.equals("cleo") ? difference > 0.5 : difference < -0.5);
        }
    }

    /** With auto the model does without a network whose loss does not stay finite; one that is named fails the training. */
    public void testDivergingNetwork() throws Exception {
        kinds(1);
        String settings = "\"settings\": {\"attention\": {\"dropout\": 0.1, \"temperature\": 0.1, \"rate\": 1e30}}";
        String auto = "{\"parts\": \"auto\", " + settings + ", \"search\": {" + BY_BASE + "}, " + queries() + "}";
        Map<?, ?> leftOut = (Map<?, ?>) train(auto).get("parts_left_out");
        assertTrue(leftOut.toString(), ((String) leftOut.get("attention")).contains("a lower [rate] may help"));
        Exception e = expectThrows(IllegalArgumentException.class, () -> train("{\"parts\": [\"attention\"], " + settings + "}"));
        assertTrue(e.getMessage(), e.getMessage().contains("a lower [rate] may help"));
    }

    private static Map<?, ?> settings(Map<String, Object> model, String part) {
        Map<?, ?> settings = new HashMap<>((Map<?, ?>) ((Map<?, ?>) model.get("parts")).get(part));
        settings.keySet().removeAll(Set.of("scale", "content"));
        return settings;
    }

    public void testGraphByGradient() throws Exception {
        kinds(1);
        Map<String, Object> model = train("{\"activate\": true, \"parts\": [\"graph\"], \"settings\": {\"graph\": {\"steps\": 20, \"dimension\": 4}}}");
        Map<?, ?> graph = (Map<?, ?>) ((Map<?, ?>) model.get("parts")).get("graph");
        assertEquals(20, graph.get("steps"));
        Map<String, Float> scores = scores("graph");
        assertTrue(scores.toString(), mean(scores, "k0_") > 1.2 * Math.max(mean(scores, "k1_"), mean(scores, "k2_")));
    }
}
