package org.opensearch.affinity.integ.bench.quality;

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

public class QualityBenchTests {
    @Rule
    public final TestFolder folder = new TestFolder();

    @Test
    public void defaultsAndGivenOptions() throws IOException {
        String set = folder.newFolder("set").getPath();
        assertEquals("set, test, null, [0, 1-2, 3-9, 10+], 1g", described(parsed(set)));
        assertEquals("set, valid, 50, [0, 10+], 2g",
            described(parsed("--split", "valid", "--queries=50", "--users", "0,10+", "--heap", "2g", set)));
    }

    @Test
    public void wrongArgumentsAreRefused() throws IOException {
        String set = folder.newFolder("set").getPath();
        assertThat(refusal(), containsString("DIR"));
        assertThat(refusal(set + "s"), containsString("there is no folder " + set + "s"));
        assertThat(refusal(set, "--split", "train"), containsString("--split must be test or valid, got train"));
        assertThat(refusal(set, "--queries", "0"), containsString("--queries must be at least 1, got 0"));
        assertThat(refusal(set, "--match", "phrase"), containsString("--match must be of [best_fields, most_fields, cross_fields, "));
        assertThat(refusal(set, "--new", "1"), containsString("--new must be above 0 and below 1, got 1"));
        assertThat(refusal(set, "--new-lessons"), containsString("--new-lessons needs --new"));
        assertThat(refusal(set, "--newcomers", "-1"), containsString("--newcomers must be at least 0, got -1"));
        assertThat(refusal(set, "--new-alone"), containsString("--new-alone needs --new"));
        assertThat(refusal(set, "--new", "0.1", "--new-lessons", "--new-alone"), containsString("--new-alone has lessons of its own"));
        assertThat(refusal(set, "--explore", "2,0"), containsString("--explore must be above 0 and at most 20, got [2.0, 0.0]"));
        assertThat(refusal(set, "--users", "0,7"), containsString("--users must be of [0, 1-2, 3-9, 10+], got [0, 7]"));
    }

    private static QualityBench parsed(String... arguments) {
        QualityBench bench = new QualityBench();
        Launcher.commandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }

    private static String described(QualityBench bench) {
        return bench.data.getFileName() + ", " + bench.split + ", " + bench.queries + ", " + bench.users + ", " + bench.heap;
    }
}
