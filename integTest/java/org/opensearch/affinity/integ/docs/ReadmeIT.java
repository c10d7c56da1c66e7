package org.opensearch.affinity.integ.docs;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/**
 * Runs the examples of README.md and docs/*.md as they stand there, in their order, on a node that knows nothing yet and is
 * configured as they say. {@link DocsTests} sees to it that there are no others.
 */
public class ReadmeIT {
    private static final Pattern SETTING = Pattern.compile("((affinity\\.|thread_pool\\.affinity_|breaker\\.affinity_)[\\w.]+)(: \\w+)?");

    private static Path folder;
    private static Docs docs;
    private static Node node;
    private static Map<Docs.Place, List<String>> answers;
    private static Map<Docs.Example, String> raw;

    @BeforeClass
    public static void runExamples() throws Exception {
        folder = BuiltPlugin.folder(ReadmeIT.class).resolve("node");
        docs = Docs.read();
        NodeSettings plain = NodeSettings.single(folder, Ports.free(1).getFirst(), "512m", NodeSettings.QUICK);
        Map<String, String> more = new HashMap<>(plain.more());
        more.put("affinity.pseudonym.2026.secret", "sixteen bytes, or more");
        more.put("affinity.pseudonym.2027.secret", "as many, and other ones");
        docs.examples().stream().filter(Docs.Example::configures).flatMap(example -> example.text().lines()).forEach(line -> {
            more.put(line.substring(0, line.indexOf(": ")), line.substring(line.indexOf(": ") + 2));
        });
        NodeSettings settings = new NodeSettings(plain.name(), folder, plain.httpPort(), plain.transportPort(), plain.heap(), plain.options(), more, false);
        node = Node.start(BuiltPlugin.home(), settings, waited -> {});
        answers = new HashMap<>();
        raw = new HashMap<>();
        for (Docs.Example example : docs.examples()) {
            if (example.calls()) {
                raw.put(example, call(example.text()));
                answers.computeIfAbsent(example.place(), place -> new ArrayList<>()).add(raw.get(example).replaceAll("\\s", ""));
                // What the next examples answer depends on events, so the tracker reads them before.
                if (example.text().contains("localhost:9200/ubi_events/_doc") || example.text().contains("/events?index=ubi_events")) {
                    TrackerProgress.await(node.rest(), "shop", 1, stats -> {});
                }
            }
        }
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    public void firstQueryIsPersonal() {
        List<String> answers = answers("README.md", "The first personalised query", 6);
        assertThat(answers.get(3), containsString("\"title\":\"Sleepingbag\""));
        assertLanternFirst(answers.get(4));
        assertLanternFirst(answers.get(5));
    }

    @Test
    public void shownAnswersAreReal() throws Exception {
        List<String> differences = new ArrayList<>();
        for (SampleAnswer answer : docs.answers()) {
            for (String difference : answer.differences(last(raw.get(answer.calls())))) {
                differences.add(answer.calls().place() + " " + difference);
            }
        }
        assertEquals(List.of(), differences);
    }

    @Test
    public void searchesSayWhatTheyMean() {
        List<String> answers = answers("search.md", "Examples", 6);
        String recent = answers.get(1);
        assertLanternFirst(recent);
        assertThat(recent, containsString("relevance+merit"));
        // A rating of 4.5 with the pivot 4.5 is one half: 0.15.
        String stars = recent.replaceAll(".*\"value\":([0-9.]+),\"description\":\"signal\\[stars].*", "$1");
        assertEquals(recent, 0.15, Double.parseDouble(stars), 1e-6);
        assertThat(answers.get(2), containsString("\"_affinity\""));
        assertLanternFirst(answers.get(3));
        assertThat(answers.get(3), containsString("\"_affinity\""));
        for (String unseen : List.of(answers.get(2), answers.get(4))) {
            assertThat(unseen, containsString("\"_id\":\"p1\""));
            assertThat(unseen, not(containsString("\"_id\":\"p3\"")));
        }
        assertThat("no word of it", answers.get(5), containsString("\"_id\":\"p3\""));
    }

    @Test
    public void retrievalFindsTheLantern() {
        List<String> answers = answers("retrieval.md", "Examples", 5);
        for (String hits : answers.subList(0, 4)) {
            assertThat(hits, containsString("\"hits\":[{\"_index\":\"products\",\"_id\":\"p1\""));
        }
        assertThat(answers.getLast(), containsString("\"matched_queries\":[\"interest\"]"));
    }

    @Test
    public void referenceIsUnderstood() {
        for (String target : List.of("title_vector", "item_vector", "brand_vector", "whole_vector")) {
            assertThat(answers("encode.md", "Ingest processor", 1).getFirst(), containsString("\"" + target + "\":["));
        }
        assertThat(answers("encode.md", "Encode texts by request", 1).getFirst(), containsString("\"vectors\":["));
        assertThat(answers("encode.md", "Queue, cache and memory", 1).getFirst(), containsString("\"64mb\""));
        assertThat(answers("trackers.md", "All options in one example", 1).getFirst(), containsString("\"half_life\":\"60d\""));
    }

    @Test
    public void evaluationGivesFigures() throws Exception {
        JsonNode answer = json(answers("evaluate.md", "Evaluation", 1).getFirst());
        assertEquals(2, answer.path("evaluated").asInt());
        // The lantern is second for nobody, and first for Ann, who has the sleeping bag.
        assertEquals(1, answer.at("/groups/1-2/rankings/personalised/mrr/value").asDouble(), 0);
        assertTrue(answer.toString(), answer.at("/rankings/plain/ndcg@10/value").asDouble() > 0);
        assertTrue(answer.toString(), answer.at("/differences/personalised_minus_plain/mrr").has("low"));
        JsonNode ofIndex = ended(answers("evaluate.md", "Many queries", 1).getFirst());
        assertEquals("cluster:admin/affinity/evaluate", ofIndex.at("/task/action").asText());
        assertTrue(ofIndex.toString(), ofIndex.path("response").has("evaluated"));
    }

    @Test
    public void modelsAreTrainedAndUsed() throws Exception {
        String first = String.join("", answers("models.md", "Train and use a model", 2));
        assertThat(first, containsString("\"models\":[{\"number\":1,"));
        assertLanternFirst(first);
        // The two are as similar as is typical, an eighth, and the only one of a history has 3 parts of 10; a new model weighs that by 4.
        assertEquals(first, 4 * Math.sqrt(0.3 / 8), explained(first, "neighbours"), 0.01);
        // One of two words of the title is asked for, and one of the two that are asked for is there: half of 0.5.
        assertEquals(first, 0.25, explained(first, "match_title"), 1e-6);
        assertThat(first, containsString("\"active\":true"));
        List<String> judged = answers("models.md", "Weights from judged queries", 2);
        String second = judged.get(0);
        assertThat(second, containsString("\"accepted\":false"));
        assertThat(second, containsString("\"reason\":\"fewerthan30lessons\",\"queries\":{\"read\":2,\"dropped\":{}},\"lessons\":2,\"checks\":0"));
        assertThat(judged.get(1), containsString("\"active\":false"));
        String retrained = answers("models.md", "Retrain", 1).getFirst();
        assertThat("the one that is used, and the deleted one is gone", retrained.replaceAll(".*\"models\":", ""), allOf(startsWith("[{\"number\":4,\"active\":true}"), not(containsString("\"number\":1,"))));
        String recorded = answers("models.md", "Weights from UBI queries", 1).getFirst();
        assertThat("one search has something that was wanted, and it is a check or a lesson", recorded, containsString("\"fusion\":{\"accepted\":false"));
        JsonNode ofIndex = ended(answers("models.md", "Steps of a training", 1).getFirst());
        assertEquals("cluster:admin/affinity/model/train", ofIndex.at("/task/action").asText());
        assertTrue(ofIndex.toString(), ofIndex.at("/response/models/0/fusion").has("accepted"));
    }

    @Test
    public void everySearchOfSeveralIsPersonal() throws Exception {
        JsonNode searches = json(answers("interop.md", "Several searches in one request", 1).getFirst()).path("responses");
        assertEquals(searches.toString(), 2, searches.size());
        for (JsonNode search : searches) {
            assertTrue(search.toString(), search.at("/hits/hits/0/fields").has("_affinity"));
        }
    }

    @Test
    public void wrappedQueryFindsTheLantern() {
        String hits = answers("interop.md", "Typed clients", 1).getFirst();
        assertThat(hits, containsString("\"hits\":[{\"_index\":\"products\",\"_id\":\"p1\""));
    }

    /** What is kept of a task that an answer names, once it has ended; it may have before the example's next call looked for it. */
    private static JsonNode ended(String answer) {
        Matcher id = Pattern.compile("\\{\"task\":\"([^\"]+)\"}").matcher(answer);
        assertTrue(answer, id.find());
        return node.rest().get("/_tasks/" + id.group(1) + "?wait_for_completion=true&timeout=60s");
    }

    /** What a signal adds to the merit of the first hit that explains it. */
    private static double explained(String hits, String signal) {
        Matcher part = Pattern.compile("\"value\":([0-9.]+),\"description\":\"signal\\[" + signal + "]").matcher(hits);
        assertTrue(hits, part.find());
        return Double.parseDouble(part.group(1));
    }

    /** Of the breaker's limit, null is not the default. */
    @Test
    public void examplesTakeSettingsBack() {
        JsonNode settings = node.rest().get("/_cluster/settings?flat_settings=true");
        assertEquals("{\"breaker.affinity_encode.limit\":\"10%\"}", settings.path("persistent").toString());
        assertEquals("{}", settings.path("transient").toString());
    }

    @Test
    public void settingsExist() {
        JsonNode settings = node.rest().get("/_cluster/settings?include_defaults=true&flat_settings=true");
        for (String span : docs.spans()) {
            if (SETTING.matcher(span).matches()) {
                String name = SETTING.matcher(span).replaceFirst("$1");
                // OpenSearch refuses unknown settings, so those of the examples exist. Breakers are not listed until they are set.
                boolean isSet = docs.examples().stream().anyMatch(example -> example.calls() && example.text().contains('"' + name + '"'));
                assertTrue("there is no setting " + span, settings.path("defaults").has(name) || isSet);
            }
        }
    }

    /** Models are read when a node starts, so it starts again. */
    @Test
    public void ownModelEncodes() throws Exception {
        Path weights = Path.of(System.getProperty("affinity.weights"));
        for (Docs.Example example : docs.examples()) {
            if (example.importsModel()) {
                String onnx = weights.resolve("all-minilm-l6-v2.onnx").toString();
                String tokenizer = weights.resolve("all-minilm-l6-v2-tokenizer.json").toString();
                shell(example.text().replace("model.onnx", onnx).replace("tokenizer.json", tokenizer));
            }
        }
        assertTrue(Files.exists(folder.resolve("config/opensearch-affinity/models/mine/manifest.json")));
        node.kill();
        node.restart(waited -> {});
        JsonNode answer = node.rest().post("/_plugins/_affinity/_encode", "{\"texts\":[\"desk lamp\"],\"model\":\"mine\"}");
        assertEquals(384, answer.path("vectors").path(0).size());
    }

    /** What the examples of a section answered, in their order. */
    private static List<String> answers(String page, String heading, int examples) {
        Docs.Place place = new Docs.Place(page, heading);
        List<String> there = answers.getOrDefault(place, List.of());
        assertEquals(place.toString(), examples, there.size());
        return there;
    }

    /** The body of the last call's answer, behind its headers. */
    private static JsonNode last(String answers) throws IOException {
        String answer = answers.substring(answers.lastIndexOf("HTTP/1.1 ")).replace("\r", "");
        return Rest.JSON.readTree(answer.substring(answer.indexOf("\n\n")));
    }

    /** The body of one call's answer, behind its headers. */
    private static JsonNode json(String answer) throws IOException {
        return Rest.JSON.readTree(answer.replaceAll("^[^{]*", ""));
    }

    private static void assertLanternFirst(String hits) {
        int lantern = hits.indexOf("\"_id\":\"p1\"");
        assertTrue(hits, lantern > 0 && lantern < hits.indexOf("\"_id\":\"p2\""));
    }

    /** What the calls answer; an error in any of them, or a warning of ours, is a failure. */
    private static String call(String commands) throws IOException, InterruptedException {
        String here = commands.replace("localhost:9200", node.rest().base().getAuthority());
        String answer = shell("curl() { command curl --silent --show-error --fail-with-body --dump-header /dev/stderr \"$@\"; }\n" + here);
        String dense = answer.replaceAll("\\s", "");
        // OpenSearch itself warns of updates through a pipeline; our own warnings begin with a name.
        for (String failure : List.of("\"errors\":true", "\"error\":", "\"[affinity")) {
            assertThat(commands, dense, not(containsString(failure)));
        }
        return answer;
    }

    private static String shell(String commands) throws IOException, InterruptedException {
        OpenSearchHome home = BuiltPlugin.home();
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", "set -e\n" + commands).redirectErrorStream(true).directory(home.path().toFile());
        builder.environment().putAll(home.environment());
        builder.environment().put("OPENSEARCH_PATH_CONF", folder.resolve("config").toAbsolutePath().toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(commands + output, 0, process.waitFor());
        return output;
    }
}
