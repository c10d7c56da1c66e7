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
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/** Runs the commands of the README's first query and of retrieval as they stand there, on a node that knows nothing yet. */
public class ReadmeIT {
    private static final String FIRST_QUERY = "## The first personalised query";
    private static final String RETRIEVAL = "## Retrieval";
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
                String hits = run(search, node).replaceAll("\\s", "");
                int lantern = hits.indexOf("\"_id\":\"p1\"");
                assertTrue(hits, lantern > 0 && lantern < hits.indexOf("\"_id\":\"p2\""));
            }
            List<String> retrievals = blocks(RETRIEVAL);
            assertEquals("for a person, like an item, by meaning", 3, retrievals.size());
            for (String search : retrievals) {
                String hits = "";
                // A busy machine may not read a profile in time, and then there is nothing for her.
                for (int again = 0; again < 20 && hits.contains("\"_id\"") == false; again++) {
                    hits = run(search, node).replaceAll("\\s", "");
                }
                assertThat(hits, containsString("\"hits\":[{\"_index\":\"products\",\"_id\":\"p1\""));
            }
        }
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
