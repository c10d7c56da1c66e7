package org.opensearch.affinity.track;

import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class PopulationTests extends OpenSearchTestCase {
    public void testMeanDoesNotDependOnBatches() throws Exception {
        List<float[]> vectors = randomList(10, 60, () -> new float[] { randomFloat(), randomFloat(), randomFloat() });
        Population whole = Population.NONE.with(vectors);
        int cut = randomIntBetween(0, vectors.size());
        assertEquals(whole, Population.NONE.with(vectors.subList(0, cut)).with(vectors.subList(cut, vectors.size())));
        assertEquals(vectors.size(), whole.events());
        assertEquals(vectors.stream().mapToDouble(vector -> vector[1]).average().getAsDouble(), whole.mean()[1], 1e-5);
        assertEquals(whole, copyWriteable(whole, writableRegistry(), Population::new));
    }

    public void testCentreGrowsWithEvidence() {
        Population few = Population.NONE.with(List.of(new float[] { 1, 0 }));
        assertArrayEquals(new float[] { 1 / 1001f, 0 }, Population.centre(List.of(few)), 1e-9f);
        Population many = new Population(3_000, new float[] { 0, 1 });
        Population other = new Population(1_000, new float[] { 1, 0 });
        // 4,000 events count four fifths: (1, 3) / 4 · 4 / 5
        assertArrayEquals(new float[] { 0.2f, 0.6f }, Population.centre(List.of(many, Population.NONE, other)), 1e-6f);
        assertEquals(0, Population.centre(List.of(Population.NONE)).length);
    }
}
