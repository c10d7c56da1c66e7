package org.opensearch.affinity.integ.bench.rescore;

import org.junit.Test;
import org.opensearch.affinity.integ.console.Launcher;
import picocli.CommandLine.ParameterException;

import java.util.List;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class RescoreBenchTests {
    @Test
    public void defaultsAndGivenOptions() {
        assertEquals("[20000, 1000000] docs, 15 s, 2g", described(parsed()));
        assertEquals("[5000] docs, 3 s, 1g",
            described(parsed("--docs", "5000", "--shards=1", "--seconds=3", "--windows", "10", "--heap", "1g")));
        assertEquals(List.of(7, 6), parsed("--interests", "7,6").interests);
    }

    @Test
    public void oneConditionIsVariedAtATime() {
        List<RescoreCell> cells = parsed().cells();
        assertEquals(12, cells.size());
        assertEquals("one central cell for each size", 2, cells.stream().filter(RescoreCell::isCentral).count());
        assertTrue(cells.contains(new RescoreCell(20_000, 100, 4, 1, 1)));
        assertTrue(cells.contains(new RescoreCell(1_000_000, 1_000, 8, 1, 1)));
        assertTrue(cells.contains(new RescoreCell(1_000_000, 1_000, 4, 3, 1)));
        assertTrue(cells.contains(new RescoreCell(20_000, 1_000, 4, 1, 8)));
        assertFalse(cells.contains(new RescoreCell(20_000, 100, 4, 1, 8)));
        assertEquals(2 * 2 * 3 * 2 * 2, parsed("--all").cells().stream().distinct().count());
        // Cells of one index follow one another, those with one shard first: the others are split from it.
        assertEquals(
            List.of("20000/1", "20000/3", "1000000/1", "1000000/3"),
            parsed("--all").cells().stream().map(cell -> cell.docs() + "/" + cell.shards()).distinct().toList()
        );
        assertEquals(1, parsed("--docs=20000", "--windows=5", "--interests=2", "--shards=1", "--clients=2").cells().size());
    }

    @Test
    public void wrongArgumentsAreRefused() {
        assertThat(refusal("--docs", "20000,999"), containsString("--docs must be at least 15000, got 999"));
        assertThat(refusal("--docs", "1299", "--windows", "1"), containsString("--docs must be at least 1300, got 1299"));
        assertThat(refusal("--docs", "20000,20000"), containsString("--docs must differ"));
        assertThat(refusal("--seconds", "0"), containsString("--seconds must be at least 1"));
        assertThat(refusal("--windows", "10001"), containsString("--windows must be from 1 to 10000"));
        assertThat(refusal("--interests", "4,33"), containsString("--interests must be from 1 to 32, got 33"));
        assertThat(refusal("--clients", "0"), containsString("--clients must be from 1"));
        assertThat(refusal("--shards", "3,1,17"), containsString("--shards must be from 1"));
        assertThat(refusal("--peers"), containsString("--peers"));
    }

    private static RescoreBench parsed(String... arguments) {
        RescoreBench bench = new RescoreBench();
        Launcher.commandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }

    private static String described(RescoreBench bench) {
        return bench.docs + " docs, " + bench.seconds + " s, " + bench.heap;
    }
}
