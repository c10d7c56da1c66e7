package org.opensearch.affinity.integ.bench.common;

import org.junit.Test;
import org.opensearch.affinity.integ.data.CosineSimilarity;

import java.util.List;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class RoundsTests {
    @Test
    public void medianOfOddAndEven() {
        assertEquals(new Spread(2, 1, 9), Spread.of(9, 1, 2));
        assertEquals(new Spread(2.5, 1, 9), Spread.of(9, 1, 2, 3));
        assertEquals(new Spread(4, 4, 4), Spread.of(4));
        assertThrows(IllegalArgumentException.class, Spread::of);
    }

    @Test
    public void ratesOfAMeasurement() {
        Measurement measurement = new Measurement(100, 8, 5);
        assertEquals(12.5, measurement.perCpuSecond(), 0);
        assertEquals(20, measurement.perSecond(), 0);
    }

    @Test
    public void ratioIsTakenInEachRound() {
        Rounds rounds = new Rounds();
        // The machine is half as fast in the second round and a third as fast in the third; the ratio stays the same.
        for (int slow = 1; slow <= 3; slow++) {
            rounds.add("slow", new Measurement(10, 4.0 * slow, 2.0 * slow));
            rounds.add("fast", new Measurement(10, 2.0 * slow, 1.0 * slow));
        }
        assertEquals(List.of("slow", "fast"), List.copyOf(rounds.methods()));
        Spread ratio = rounds.ratio("fast", "slow", Measurement::perCpuSecond);
        assertEquals(2, ratio.median(), 1e-12);
        assertEquals(2, ratio.least(), 1e-12);
        assertEquals(2, ratio.most(), 1e-12);
        assertEquals(new Spread(1, 1, 1), rounds.ratio("slow", "slow", Measurement::perSecond));
        assertEquals(2.5, rounds.figure("fast", Measurement::perCpuSecond).median(), 1e-12);
    }

    @Test
    public void methodsNeedTheSameNumberOfRounds() {
        Rounds rounds = new Rounds();
        rounds.add("a", new Measurement(1, 1, 1));
        rounds.add("b", new Measurement(1, 1, 1));
        rounds.add("b", new Measurement(1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> rounds.ratio("a", "b", Measurement::perSecond));
        assertThrows(IllegalArgumentException.class, () -> rounds.measurements("c"));
    }

    @Test
    public void leastCosineOfAllPairs() {
        float[][] some = { { 1, 0 }, { 3, 4 } };
        float[][] others = { { 2, 0 }, { 4, 3 } };
        assertEquals(1, CosineSimilarity.of(some[0], others[0]), 1e-12);
        assertEquals(0.96, CosineSimilarity.least(some, others), 1e-12);
        assertEquals(-1, CosineSimilarity.of(new float[] { 1, 1 }, new float[] { -2, -2 }), 1e-12);
    }

    @Test
    public void aZeroVectorGivesNaN() {
        float[][] good = { { 1, 0 }, { 0, 1 }, { 1, 1 } };
        float[][] broken = { { 1, 0 }, { 0, 0 }, { 1, 1 } };
        assertTrue(Double.isNaN(CosineSimilarity.least(good, broken)));
        assertThrows(IllegalArgumentException.class, () -> CosineSimilarity.least(good, new float[1][2]));
        assertThrows(IllegalArgumentException.class, () -> CosineSimilarity.of(new float[2], new float[3]));
    }

    @Test
    public void machineWithAndWithoutAmx() {
        List<String> with = List.of("processor\t: 0", "model name\t: A CPU @ 2.00GHz", "flags\t\t: fpu amx_bf16 amx_tile");
        Machine machine = Machine.of(with, 4, 0.5);
        assertEquals("A CPU @ 2.00GHz", machine.cpu());
        assertTrue(machine.amx());
        assertEquals(false, Machine.of(List.of("flags\t\t: fpu avx512_bf16"), 4, 0.5).amx());
    }
}
