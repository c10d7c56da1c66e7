package org.opensearch.affinity.integ.bench.encode;

import org.junit.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

import java.nio.file.Path;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class EncodeBenchTests {
    @Test
    public void defaults() {
        EncodeBench alone = parsed();
        assertFalse(alone.peers);
        assertEquals("512 docs, 1 threads, 120 s, slices of 128", described(alone));
        EncodeBench peers = parsed("--peers");
        assertEquals("1000 docs, 1 threads, 180 s, slices of 128", described(peers));
        assertEquals(64, peers.batchSize.intValue());
        assertEquals("1g", peers.heap);
    }

    @Test
    public void everythingGiven() {
        EncodeBench bench = parsed("--texts", "a file", "--docs=7", "--threads", "2", "--seconds", "3", "--slice", "5");
        assertEquals(Path.of("a file"), bench.file);
        assertEquals("7 docs, 2 threads, 3 s, slices of 5", described(bench));
        EncodeBench peers = parsed("--peers", "--batch-size", "32", "--heap", "2g");
        assertTrue(peers.peers);
        assertEquals(32, peers.batchSize.intValue());
        assertEquals("2g", peers.heap);
    }

    @Test
    public void whatIsWrongIsSaid() {
        assertThat(refusal("--docs", "0"), containsString("--docs must be at least 1"));
        assertThat(refusal("--threads", "-1"), containsString("--threads must be at least 1"));
        assertThat(refusal("--docs", "many"), containsString("--docs"));
        assertThat(refusal("--peers", "--slice", "8"), containsString("--slice means nothing with --peers"));
        assertThat(refusal("--batch-size", "8"), containsString("--batch-size needs --peers"));
        assertThat(refusal("--heap", "2g"), containsString("--heap needs --peers"));
        assertThat(refusal("--text", "file"), containsString("--text"));
    }

    private static EncodeBench parsed(String... arguments) {
        EncodeBench bench = new EncodeBench();
        new CommandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }

    private static String described(EncodeBench bench) {
        return bench.docs + " docs, " + bench.threads + " threads, " + bench.seconds + " s, slices of " + bench.slice;
    }
}
