package org.opensearch.affinity.vector;

import org.opensearch.affinity.profile.CommonTaste;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class TasteStatisticsTests extends OpenSearchTestCase {
    public void testMeanDoesNotDependOnBatches() throws Exception {
        List<float[]> vectors = randomList(10, 60, () -> new float[] { randomFloat(), randomFloat(), randomFloat() });
        TasteStatistics inOneBatch = TasteStatistics.NONE.with(vectors, 3);
        int cut = randomIntBetween(0, vectors.size());
        assertEquals(inOneBatch, TasteStatistics.NONE.with(vectors.subList(0, cut), 1).with(vectors.subList(cut, vectors.size()), 2));
        assertEquals(vectors.size(), inOneBatch.events());
        assertEquals(vectors.stream().mapToDouble(vector -> vector[1]).average().getAsDouble(), inOneBatch.mean()[1], 1e-5);
        assertEquals(inOneBatch, copyWriteable(inOneBatch, writableRegistry(), TasteStatistics::new));
    }

    public void testCentreGrowsWithEvidence() {
        TasteStatistics few = TasteStatistics.NONE.with(List.of(new float[] { 1, 0 }), 0);
        assertArrayEquals(new float[] { 1 / 1001f, 0 }, centre(List.of(few)), 1e-9f);
        TasteStatistics many = new TasteStatistics(3_000, 0, new float[] { 0, 1 }, new OnlinePca());
        TasteStatistics other = new TasteStatistics(1_000, 0, new float[] { 1, 0 }, new OnlinePca());
        // 4,000 events have a weight of 4,000 / 5,000: (1, 3) / 4 · 4 / 5.
        assertArrayEquals(new float[] { 0.2f, 0.6f }, centre(List.of(many, TasteStatistics.NONE, other)), 1e-6f);
        assertEquals(0, centre(List.of(TasteStatistics.NONE)).length);
    }

    private static float[] centre(List<TasteStatistics> parts) {
        return CommonTaste.of(parts).space().centre();
    }

    public void testRepeatItemsWeighMoreWhereEventsRepeatItems() throws Exception {
        // Without events the prior rate is 10 / 1000, so 0.01 / 0.015.
        assertEquals(2 / 3f, CommonTaste.of(List.of()).ownItems(), 1e-6f);
        CommonTaste once = CommonTaste.of(List.of(new TasteStatistics(99_000, 0, new float[] { 1 }, new OnlinePca())));
        assertEquals(0.0001f / 0.0051f, once.ownItems(), 1e-6f);
        TasteStatistics first = new TasteStatistics(99_000, 20_000, new float[] { 1 }, new OnlinePca());
        TasteStatistics second = new TasteStatistics(100_000, 59_990, new float[] { 1 }, new OnlinePca());
        CommonTaste often = CommonTaste.of(List.of(first, second));
        assertEquals(0.4f / 0.405f, often.ownItems(), 1e-6f);
        assertEquals(often, copyWriteable(often, writableRegistry(), CommonTaste::new));
    }
}
