package org.opensearch.affinity.integ.bench.track;

import org.junit.Rule;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.TestFolder;
import org.opensearch.affinity.integ.console.Launcher;
import picocli.CommandLine.ParameterException;

import java.io.IOException;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

public class TrackBenchTests {
    @Rule
    public final TestFolder folder = new TestFolder();

    @Test
    public void defaultsAndGivenOptions() throws IOException {
        assertEquals("1000000 events of 1000000 users, 5 rounds, 30 s, 2g, null", described(parsed()));
        String set = folder.newFolder().getPath();
        String[] given = { "--events", "20000", "--users=5000", "--rounds", "2", "--seconds", "3", "--heap", "1g", "--data", set };
        assertEquals("20000 events of 5000 users, 2 rounds, 3 s, 1g, " + set, described(parsed(given)));
    }

    @Test
    public void wrongArgumentsAreRefused() {
        assertThat(refusal("--events", "9999"), containsString("--events must be at least 10000, got 9999"));
        assertThat(refusal("--users", "999"), containsString("--users must be at least 1000, got 999"));
        assertThat(refusal("--rounds", "0"), containsString("--rounds must be at least 1"));
        assertThat(refusal("--seconds", "0"), containsString("--seconds must be at least 1"));
        assertThat(refusal("--data", "no/such/folder"), containsString("there is no folder"));
        assertThat(refusal("--docs", "7"), containsString("--docs"));
    }

    private static TrackBench parsed(String... arguments) {
        TrackBench bench = new TrackBench();
        Launcher.commandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }

    private static String described(TrackBench bench) {
        return bench.events + " events of " + bench.users + " users, " + bench.rounds + " rounds, " + bench.seconds + " s, " + bench.heap
            + ", " + bench.data;
    }
}
