package org.opensearch.affinity.integ.bench.soak;

import org.junit.Test;
import org.opensearch.affinity.integ.console.Launcher;
import picocli.CommandLine.ParameterException;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

public class SoakBenchTests {
    @Test
    public void batches() {
        assertEquals(100_000, parsed().batches);
        assertEquals(1_000, parsed("--batches", "1000").batches);
    }

    @Test
    public void tooFewAreRefused() {
        ParameterException e = assertThrows(ParameterException.class, () -> parsed("--batches", "999"));
        assertThat(e.getMessage(), containsString("--batches must be at least 1000, got 999"));
    }

    private static SoakBench parsed(String... arguments) {
        SoakBench bench = new SoakBench();
        Launcher.commandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }
}
