package org.opensearch.affinity.integ.bench.concept;

import org.junit.Test;

import java.util.Arrays;
import java.util.Random;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

public class GroupingMeasuresTests {
    private static int[] ones(int size) {
        int[] ones = new int[size];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** The example of the R package mclust, and the same with every object twice. */
    @Test
    public void adjustedRand() {
        int[] first = { 0, 0, 0, 1, 1, 1 };
        int[] second = { 0, 0, 1, 1, 2, 2 };
        assertEquals(0.2424, GroupingMeasures.adjustedRand(first, second, ones(6)), 1e-4);
        assertEquals(1, GroupingMeasures.adjustedRand(first, new int[] { 5, 5, 5, 2, 2, 2 }, ones(6)), 1e-9);
        assertEquals(0, GroupingMeasures.adjustedRand(first, new int[6], ones(6)), 1e-9);
        assertEquals(1, GroupingMeasures.adjustedRand(first, second, new int[] { 2, 1, 0, 3, 0, 0 }), 1e-9);
        Random random = new Random(1);
        int[] drawn = random.ints(5_000, 0, 4).toArray();
        assertEquals("by chance", 0, GroupingMeasures.adjustedRand(drawn, random.ints(5_000, 0, 7).toArray(), ones(5_000)), 0.01);
    }

    @Test
    public void disentanglementAndCompleteness() {
        int[] categories = { 0, 0, 1, 1, -1, 1 };
        float[][] same = { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1 }, { 1, 0 }, null };
        assertArrayEquals(new double[] { 1, 1 }, GroupingMeasures.disentanglementAndCompleteness(same, categories, ones(6)), 1e-9);
        float[][] mixed = { { 0.5f, 0.5f }, { 0.5f, 0.5f }, { 0.5f, 0.5f }, { 0.5f, 0.5f }, { 1, 0 }, null };
        assertArrayEquals(new double[] { 0, 0 }, GroupingMeasures.disentanglementAndCompleteness(mixed, categories, ones(6)), 1e-9);
        float[][] split = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 0, 0, 1 }, { 1, 0, 0 }, null };
        double[] measured = GroupingMeasures.disentanglementAndCompleteness(split, categories, ones(6));
        assertEquals("each group has one category", 1, measured[0], 1e-9);
        assertEquals("a category has two of three groups", (2 - Math.log(2) / Math.log(3)) / 2, measured[1], 1e-9);
    }

    @Test
    public void distanceCorrelation() {
        Random random = new Random(1);
        float[][] first = new float[300][3];
        float[][] independent = new float[300][2];
        float[][] dependent = new float[300][1];
        for (int i = 0; i < first.length; i++) {
            for (int d = 0; d < 3; d++) {
                first[i][d] = (float) random.nextGaussian();
            }
            independent[i] = new float[] { (float) random.nextGaussian(), (float) random.nextGaussian() };
            dependent[i][0] = first[i][0] * first[i][0]; // not correlated linearly
        }
        assertEquals(1, GroupingMeasures.distanceCorrelation(first, first), 1e-9);
        assertEquals(0, GroupingMeasures.distanceCorrelation(first, independent), 0.02);
        assertTrue(GroupingMeasures.distanceCorrelation(first, dependent) > 0.04);
    }
}
