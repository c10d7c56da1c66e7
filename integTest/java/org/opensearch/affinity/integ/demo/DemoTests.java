package org.opensearch.affinity.integ.demo;

import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.TestFolder;
import org.opensearch.affinity.integ.console.Launcher;
import org.opensearch.affinity.integ.console.Screen;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class DemoTests {
    @Rule
    public final TestFolder folder = new TestFolder();

    @Test
    public void defaults() {
        DemoOptions options = parsed().options;
        assertTrue(options.isSampleShop());
        assertEquals("9200 test 1000 30d most_fields 1g", described(options));
        assertNull(options.weight);
        assertFalse(options.keep);
        assertTrue("a node is started", parsed().needsBuild());
        assertFalse("the old classes can stop it", parsed("--stop").needsBuild());
    }

    @Test
    public void everyOptionIsRead() throws IOException {
        String set = folder.newFolder("set").getPath();
        String[] search = { "--query", "a light", "--weight", "2.5", "--window=50", "--match", "best_fields", "--meaning", "1",
            "--popularity=3" };
        DemoOptions shown = parsed(search).options;
        assertEquals("a light 2.5 50 best_fields 1.0 3.0",
            String.join(" ", shown.query, shown.weight + "", shown.window + "", shown.match, shown.meaning + "", shown.popularity + ""));
        DemoOptions measured = parsed(set, "--port", "9210", "--keep", "--split", "valid", "--queries", "9", "--half-life=7d",
            "--last-events", "4", "--heap", "2g").options;
        assertEquals("9210 valid 1000 7d most_fields 2g", described(measured));
        assertEquals(Path.of(set), measured.folder);
        assertEquals("9 4", measured.queries + " " + measured.lastEvents);
        assertTrue(measured.keep);
    }

    @Test
    public void wrongArgumentsAreRefused() throws IOException {
        String set = folder.newFolder("set").getPath();
        assertThat(refusal("--port", "x"), containsString("--port"));
        assertThat(refusal("--port", "70000"), containsString("--port must be from 1 to 65535, got 70000"));
        assertThat(refusal("--split", "train"), containsString("--split must be test or valid, got train"));
        assertThat(refusal("--last-events", "0"), containsString("--last-events must be at least 1, got 0"));
        assertThat(refusal("--query"), containsString("--query"));
        assertThat(refusal("--colour"), containsString("--colour"));
        assertThat(refusal(set + "s"), containsString("there is no folder " + set + "s"));
        assertThat("one data set at a time", refusal(set, set), containsString(set));
    }

    @Test
    public void aTakenPortIsRefused() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Demo demo = parsed("--port", Integer.toString(taken.getLocalPort()));
            String message = assertThrows(IOException.class, demo::checkMachine).getMessage();
            assertThat(message, containsString("taken by another program: choose another, such as ./demo --port "
                + (taken.getLocalPort() + 10)));
        }
    }

    @Test
    public void aKeptNodeIsFoundAndStopped() throws Exception {
        Path node = folder.newFolder("node").toPath();
        KeptNode kept = new KeptNode(node);
        assertEquals(Optional.empty(), kept.process());
        Process process = new ProcessBuilder("sh", "-c", "while :; do sleep 1; done", node.toString()).start();
        try {
            Files.writeString(node.resolve("pid"), Long.toString(process.pid()));
            assertEquals(process.pid(), kept.process().orElseThrow().pid());
            Path other = folder.newFolder("other").toPath();
            Files.copy(node.resolve("pid"), other.resolve("pid"));
            assertEquals("another program got the id", Optional.empty(), new KeptNode(other).process());
            assertTrue(KeptNode.stop(kept.process().orElseThrow()));
            assertEquals(Optional.empty(), kept.process());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String described(DemoOptions options) {
        return options.port + " " + options.split + " " + options.window + " " + options.halfLife + " " + options.match + " "
            + options.heap;
    }

    private static Demo parsed(String... arguments) {
        Demo demo = new Demo(Screen.standard());
        Launcher.commandLine(demo).parseArgs(arguments);
        demo.check();
        return demo;
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }
}
