package org.opensearch.affinity.integ.bench.encode;

import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.TestFolder;
import org.opensearch.affinity.integ.console.Launcher;
import picocli.CommandLine.ParameterException;

import java.io.IOException;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class EncodeBenchTests {
    @Rule
    public final TestFolder folder = new TestFolder();

    @Test
    public void defaults() {
        EncodeBench alone = parsed();
        assertFalse(alone.peers);
        assertEquals("512 docs, 1 threads, 120 s", described(alone));
        assertEquals("1000 docs, 1 threads, 180 s", described(parsed("--peers")));
    }

    @Test
    public void everyOptionIsRead() throws IOException {
        String file = folder.newFile().getPath();
        EncodeBench bench = parsed("--texts", file, "--docs=7", "--threads", "2", "--seconds", "3", "--slice", "5");
        assertEquals(file, bench.file.toString());
        assertEquals("7 docs, 2 threads, 3 s", described(bench));
        assertEquals(5, bench.slice.intValue());
        EncodeBench peers = parsed("--peers", "--batch-size", "32", "--heap", "2g");
        assertTrue(peers.peers);
        assertEquals(32, peers.batchSize.intValue());
        assertEquals("2g", peers.heap);
    }

    @Test
    public void wrongArgumentsAreRefused() {
        assertThat(refusal("--docs", "0"), containsString("--docs must be at least 1, got 0"));
        assertThat(refusal("--threads", "-1"), containsString("--threads must be at least 1, got -1"));
        assertThat(refusal("--docs", "many"), containsString("--docs"));
        assertThat(refusal("--texts", "missing.txt"), containsString("there is no file"));
        assertThat(refusal("--peers", "--slice", "8"), containsString("--slice cannot be combined with --peers"));
        assertThat(refusal("--batch-size", "8"), containsString("--batch-size needs --peers"));
        assertThat(refusal("--heap", "2g"), containsString("--heap needs --peers"));
        assertThat(refusal("--text", "file"), containsString("--text"));
    }

    private static EncodeBench parsed(String... arguments) {
        EncodeBench bench = new EncodeBench();
        Launcher.commandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }

    private static String described(EncodeBench bench) {
        return bench.docs + " docs, " + bench.threads + " threads, " + bench.seconds + " s";
    }
}
