package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.TestFolder;
import org.opensearch.affinity.integ.console.Launcher;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.InterestModel;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.bootstrap.BootstrapForTesting;
import picocli.CommandLine.ParameterException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class LearnBenchTests {
    static {
        // OpenSearch must look for JNA before libtorch does: it recognises the first failure only.
        BootstrapForTesting.ensureInitialized();
    }

    @Rule
    public final TestFolder folder = new TestFolder();

    @Test
    public void argumentsAreRead() throws IOException {
        String set = folder.newFolder("set").getPath();
        LearnBench bench = parsed(set, "--threads", "3");
        assertEquals(set, bench.folder.toString());
        assertEquals(3, bench.threads);
        assertEquals(2, parsed(set).threads);
        assertThat(refusal(set, "--threads", "0"), containsString("--threads must be at least 1, got 0"));
        assertThat(refusal(set + "s"), containsString("there is no folder " + set + "s"));
        assertThat(refusal(), containsString("DIR"));
        assertEquals(Set.of("cosine", "attention"), parsed(set, "--methods", "attention,cosine").methods);
        assertThat(refusal(set, "--methods", "attentions"), containsString("--methods must be some of cosine,"));
        LearnBench generated = parsed("--generated", "1000000,5000000", "--sample", "1,0.5", "--heap", "2048");
        assertEquals(List.of(1_000_000, 5_000_000), generated.generated);
        assertEquals(List.of(1.0, 0.5), generated.parts);
        assertThat(generated.jvmOptions(), hasItem("-Xmx2048m"));
        assertThat(refusal(set, "--generated", "1000000", "--sample", "1"), containsString("DIR"));
        assertThat(refusal("--generated", "1000000"), containsString("--generated needs --sample"));
        assertThat(refusal(set, "--sample", "1,0"), containsString("--sample must be above 0 and at most 1"));
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }

    private static LearnBench parsed(String... arguments) {
        LearnBench bench = new LearnBench();
        Launcher.commandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }

    @Test
    public void listsWithoutTimes() throws IOException {
        write("train.txt.gz", "0 1 2 3 4 5 6 7 8 9 10", "1 11", "2");
        write("test.txt.gz", "0 12 3", "1 0", "5 1");
        LearnSet set = LearnSet.open(folder.getRoot().toPath());
        assertTrue(set.several());
        assertFalse(set.test().training().ordered());
        assertEquals(13, set.test().training().items());
        assertEquals(11, set.test().training().size());
        assertArrayEquals(new int[] { 0, 1 }, set.test().users());
        assertArrayEquals("items of the log are not held out", new int[] { 12 }, set.test().relevant()[0]);
        assertArrayEquals(new int[] { 0 }, set.valid().users());
        assertEquals("two of thirteen are held out for the test: one of ten", 10, set.valid().training().size());
        assertArrayEquals("an eighth at the end is in random order", new int[] { 9 }, set.valid().relevant()[0]);
    }

    @Test
    public void invalidListsAreRefused() throws IOException {
        write("train.txt.gz", "0 1 2", "1 x");
        write("test.txt.gz");
        assertThat(assertThrows(IOException.class, () -> LearnSet.open(folder.getRoot().toPath())).getMessage(),
            containsString("train.txt.gz, line 2"));
    }

    @Test
    public void relevantItemsAreHeldOut() throws IOException {
        write("items.jsonl.gz", "{\"item_id\":\"a\"}", "{\"item_id\":\"b\"}", "{\"item_id\":\"c\"}", "{\"item_id\":\"d\"}");
        write("events-train.jsonl.gz", event("u", "b", 2), event("u", "a", 1), event("v", "a", 1), event("v", "gone", 2));
        write("events-valid.jsonl.gz", event("u", "c", 3));
        write("queries-valid.jsonl.gz", query("u", "c"), query("u", "c"), query("v", "a"), query("nobody", "a"));
        write("queries-test.jsonl.gz", query("u", "d"), query("v", "gone"));
        LearnSet set = LearnSet.open(folder.getRoot().toPath());
        assertFalse(set.several());
        assertArrayEquals(new int[] { 0 }, set.valid().users());
        assertArrayEquals(new int[] { 2 }, set.valid().relevant()[0]);
        assertArrayEquals(new int[] { 1, 0 }, set.valid().training().history(0).items());
        assertArrayEquals("the items of valid are known", new int[] { 2, 1, 0 }, set.test().training().history(0).items());
        assertArrayEquals(new int[] { 3 }, set.test().relevant()[0]);
        assertEquals("the item of the other query is not in the catalogue", 1, set.test().users().length);
        Files.delete(folder.getRoot().toPath().resolve("queries-valid.jsonl.gz"));
        assertThat(assertThrows(IOException.class, () -> LearnSet.open(folder.getRoot().toPath())).getMessage(),
            containsString("has no queries-valid.jsonl.gz"));
    }

    @Test
    public void allMethodsAreChosenAndTested() {
        InteractionMatrix.Builder known = new InteractionMatrix.Builder(20);
        for (int user = 0; user < 40; user++) {
            for (int i = 0; i < 5; i++) {
                known.add(user, 10 * (user % 2) + (user + 3 * i) % 10, 1, i);
            }
        }
        HeldOut test = HeldOut.newest(known.build());
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Screen screen = new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), false, false, 100);
        TorchRuntime torch = new TorchRuntime(Path.of(System.getProperty("affinity.native")), 1);
        JsonNode json = new LearnRun(screen, new LearnSet("toy", HeldOut.newest(test.training()), test, false), 2, Set.of(), torch::newManager).run();
        Set<String> keys = Set.of("hr@10", "ndcg@10", "recall@20", "ndcg@20", "seconds", "mb");
        assertEquals(keys, names(json.path("best")));
        assertEquals(json.path("best"), json.path("methods").path(json.path("best_method").asText()));
        Set<String> methods = new HashSet<>(LearnRun.METHODS);
        methods.addAll(List.of("blend", "low_pass_bytes", "implicit_factors_bytes", "attention_bytes", "attention_continued", "vae_bytes", "vae_continued", "concepts_bytes", "concepts_continued", "segments_bytes"));
        assertEquals(methods, names(json.path("methods")));
        json.path("methods").forEach(row -> assertEquals(keys, names(row)));
        double largest = StreamSupport.stream(json.path("valid").spliterator(), false).mapToDouble(JsonNode::asDouble).max().orElseThrow();
        assertEquals("best on valid", largest, json.path("valid").path(json.path("best_method").asText()).asDouble(), 0);
        assertEquals("two groups of ten, ten places", 1, json.path("best").path("hr@10").asDouble(), 0.1);
        assertThat(shown.toString(StandardCharsets.UTF_8), containsString("│ link_prop "));
    }

    @Test
    public void publishedResultsAreShown() {
        InteractionMatrix interactions = new InteractionMatrix.Builder(2).add(0, 0, 1, 0).add(1, 0, 1, 0).add(1, 1, 1, 0).build();
        InterestModel model = Neighbourhood.cosine().learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        RankingMetrics metrics = new HeldOut(interactions, new int[] { 0 }, new int[][] { { 1 } })
            .evaluate(model, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        String table = new LearnTable(List.of(new MethodResult("cosine", "", 1, metrics, 2.5, 3_000_000)), PublishedResult.of("gowalla"))
            .toString();
        String figures = " 1.0000 ± 0.0000 │".repeat(4);
        assertThat(table, containsString("│ cosine               │" + figures + " 2.5 │ 3.0 │"));
        String blank = " ".repeat(17) + "│";
        assertThat(table, containsString("│ LightGCN (published) │" + blank + blank + "          0.1820 │          0.1547 │"));
        assertEquals(List.of(), PublishedResult.of("unknown"));
    }

    private static Set<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    private static String event(String user, String item, int day) {
        return "{\"user_id\":\"" + user + "\",\"timestamp\":\"2010-01-0" + day
            + "T00:00:00Z\",\"event_attributes\":{\"object\":{\"object_id\":\"" + item + "\"}}}";
    }

    private static String query(String user, String item) {
        return "{\"query_id\":\"q\",\"user_id\":\"" + user + "\",\"user_query\":\"x\",\"relevant\":[\"" + item + "\"]}";
    }

    private void write(String name, String... lines) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.getRoot().toPath().resolve(name)))) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
