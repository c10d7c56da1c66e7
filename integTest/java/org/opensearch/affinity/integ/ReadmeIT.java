package org.opensearch.affinity.integ;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/** Runs the commands of the README as they stand there, those of the first query, of searching, of retrieval and of events, on a node that knows nothing yet. */
public class ReadmeIT {
    private static final String FIRST_QUERY = "## The first personalised query";
    private static final String SEARCHING = "## Searching";
    private static final String RETRIEVAL = "## Retrieval";
    private static final String REFERENCE = "## Reference";
    private static final Pattern COMMANDS = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @Test
    public void firstQueryIsPersonal() throws Exception {
        Path folder = BuiltPlugin.folder(ReadmeIT.class);
        NodeSettings settings = NodeSettings.single(folder.resolve("node"), Ports.free(1).getFirst(), "512m", NodeSettings.QUICK);
        try (Node node = Node.start(BuiltPlugin.home(), settings, waited -> {})) {
            List<String> blocks = blocks(FIRST_QUERY);
            assertEquals("items, tracker, event, profile, search, pipeline", 6, blocks.size());
            for (String block : blocks.subList(0, 3)) {
                run(block, node);
            }
            TrackerStats.await(node.rest(), "shop", 1, stats -> {});
            assertThat(run(blocks.get(3), node), containsString("\"title\" : \"Sleeping bag\""));
            for (String search : blocks.subList(4, 6)) {
                assertLanternFirst(run(search, node));
            }
            search(blocks(SEARCHING), node);
            List<String> retrievals = blocks(RETRIEVAL);
            assertEquals("for a person, like an item, by meaning", 3, retrievals.size());
            for (String search : retrievals) {
                String hits = run(search, node).replaceAll("\\s", "");
                assertThat(hits, containsString("\"hits\":[{\"_index\":\"products\",\"_id\":\"p1\""));
            }
            events(blocks(REFERENCE), node);
        }
    }

    private static void search(List<String> blocks, Node node) throws IOException, InterruptedException {
        assertEquals("tracker, recent, pipeline, seen", 4, blocks.size());
        run(blocks.get(0), node);
        String recent = run(blocks.get(1), node);
        assertLanternFirst(recent);
        assertThat(recent, containsString("relevance + merit"));
        // A rating of 4.5 with the pivot 4.5 is one half: 0.15.
        String stars = recent.replaceAll("\\s", "").replaceAll(".*\"value\":([0-9.]+),\"description\":\"signal\\[stars].*", "$1");
        assertEquals(recent, 0.15, Double.parseDouble(stars), 1e-6);
        String unseen = run(blocks.get(2), node);
        assertThat(unseen, containsString("\"_affinity\""));
        for (String answer : List.of(unseen, run(blocks.get(3), node))) {
            assertThat(answer, containsString("\"_id\" : \"p1\""));
            assertThat(answer, not(containsString("\"_id\" : \"p3\"")));
        }
    }

    private static void events(List<String> blocks, Node node) throws IOException, InterruptedException {
        assertEquals("events", 1, blocks.size());
        String answer = run(blocks.getFirst(), node);
        String outcomes = "[{\"status\":201,\"id\":\"e-1\"},{\"status\":200,\"id\":\"e-1\",\"result\":\"duplicate\"},{\"status\":400,";
        assertThat(answer, containsString("\"errors\":true,\"events\":" + outcomes));
        TrackerStats.await(node.rest(), "shop", 2, stats -> {});
    }

    private static void assertLanternFirst(String answer) {
        String hits = answer.replaceAll("\\s", "");
        int lantern = hits.indexOf("\"_id\":\"p1\"");
        assertTrue(hits, lantern > 0 && lantern < hits.indexOf("\"_id\":\"p2\""));
    }

    private static List<String> blocks(String heading) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int from = readme.indexOf("\n" + heading + "\n") + 1;
        String section = readme.substring(from, readme.indexOf("\n## ", from + 1));
        return COMMANDS.matcher(section).results().map(MatchResult::group).map(block -> block.replaceAll("```(sh)?", "")).toList();
    }

    private static String run(String commands, Node node) throws IOException, InterruptedException {
        String here = commands.replace("localhost:9200", node.rest().base().getAuthority());
        String script = "set -e; curl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n" + here;
        Process process = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(output, 0, process.waitFor());
        return output;
    }
}
