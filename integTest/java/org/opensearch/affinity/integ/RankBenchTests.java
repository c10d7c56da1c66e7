package org.opensearch.affinity.integ;

import java.util.List;

import org.junit.Test;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

public class RankBenchTests {
    @Test
    public void defaultsAndWhatIsGiven() {
        assertEquals("[20000, 200000] docs, 60 s, window of 1000, 2g", described(parsed()));
        assertEquals("[5000] docs, 3 s, window of 10, 1g", described(parsed("--docs", "5000", "--seconds=3", "--window", "10", "--heap", "1g")));
        assertEquals(List.of(20_000, 1_000_000), parsed("--docs", "20000,1000000").docs);
    }

    @Test
    public void whatIsWrongIsSaid() {
        assertThat(refusal("--docs", "20000,999"), containsString("--docs must be at least 1000, got 999"));
        assertThat(refusal("--docs", "399", "--window", "1"), containsString("--docs must be at least 400, got 399"));
        assertThat(refusal("--docs", "20000,20000"), containsString("--docs must differ"));
        assertThat(refusal("--seconds", "0"), containsString("--seconds must be at least 1"));
        assertThat(refusal("--window", "10001"), containsString("--window must be from 1 to 10000"));
        assertThat(refusal("--peers"), containsString("--peers"));
    }

    private static RankBench parsed(String... arguments) {
        RankBench bench = new RankBench();
        new CommandLine(bench).parseArgs(arguments);
        bench.check();
        return bench;
    }

    private static String refusal(String... arguments) {
        return assertThrows(ParameterException.class, () -> parsed(arguments)).getMessage();
    }

    private static String described(RankBench bench) {
        return bench.docs + " docs, " + bench.seconds + " s, window of " + bench.window + ", " + bench.heap;
    }
}
