package org.opensearch.affinity.vector;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;

public class WhitenedSpaceTests extends OpenSearchTestCase {
    private static final int DIMENSION = 24;

    /** Unit vectors around (1, 0, …, 0) that vary most along the second dimension, half as much along the third and little elsewhere. */
    private static List<float[]> catalogue(int size) {
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            float[] vector = new float[DIMENSION];
            for (int d = 0; d < DIMENSION; d++) {
                double spread = d == 1 ? 1 : d == 2 ? 0.5 : 0.1;
                vector[d] = (float) (spread * random().nextGaussian()) + (d == 0 ? 3 : 0);
            }
            vectors.add(VectorUtil.l2normalize(vector));
        }
        return vectors;
    }

    private static double variance(List<float[]> vectors, int dimension) {
        double mean = vectors.stream().mapToDouble(vector -> vector[dimension]).average().getAsDouble();
        return vectors.stream().mapToDouble(vector -> (vector[dimension] - mean) * (vector[dimension] - mean)).average().getAsDouble();
    }

    public void testComponentsAreAlongTheDimensionsOfLargestVariance() {
        List<float[]> vectors = catalogue(5_000);
        OnlinePca pca = TasteStatistics.NONE.with(vectors, 0).pca();
        for (int i = 0; i < 2; i++) {
            double cosine = Math.abs(pca.component(i)[i + 1]) / pca.variance(i);
            assertTrue(i + ": " + cosine, cosine > 0.98);
            assertEquals(1, pca.variance(i) / variance(vectors, i + 1), 0.2);
        }
        assertEquals(OnlinePca.MAX_COMPONENTS, pca.size());
    }

    public void testComponentsDoNotDependOnBatches() throws Exception {
        List<float[]> vectors = catalogue(200);
        TasteStatistics inOneBatch = TasteStatistics.NONE.with(vectors, 0);
        int cut = randomIntBetween(0, 200);
        TasteStatistics inTwo = TasteStatistics.NONE.with(vectors.subList(0, cut), 0).with(vectors.subList(cut, 200), 0);
        assertEquals(inOneBatch, inTwo);
        assertEquals(inOneBatch, copyWriteable(inTwo, writableRegistry(), TasteStatistics::new));
        List<float[]> same = new ArrayList<>(vectors);
        same.replaceAll(vector -> vectors.get(0));
        assertEquals("a single item has no components", 0, TasteStatistics.NONE.with(same, 0).pca().size());
    }

    public void testCosines() throws Exception {
        List<float[]> vectors = catalogue(3_000);
        WhitenedSpace space = WhitenedSpace.of(List.of(TasteStatistics.NONE.with(vectors, 0)));
        for (int i = 0; i < 100; i++) {
            float[] one = vectors.get(i);
            float[] other = vectors.get(i + 1);
            assertEquals(1, cosine(space, one, one), 1e-3);
            assertEquals(cosine(space, one, other), cosine(space, other, one), 1e-3);
            assertTrue(Math.abs(cosine(space, one, other)) <= 1 + 1e-3);
        }
        assertEquals(space, copyWriteable(space, writableRegistry(), WhitenedSpace::new));
        assertEquals("another dimension is centred on 0", 1, space.ofDimension(3).distance(new float[] { 0, 1, 0 }), 0);
    }

    private static float cosine(WhitenedSpace space, float[] one, float[] other) {
        float[] query = space.queryVector(one);
        return (VectorUtil.dotProduct(query, other) - space.offset(query)) / space.distance(other);
    }

    /** At the same distance, a vector off the centre along an axis of large variance is nearer than one along an axis of small variance. */
    public void testAxesOfLargeVarianceCountLess() {
        WhitenedSpace space = WhitenedSpace.of(List.of(TasteStatistics.NONE.with(catalogue(20_000), 0)));
        float[] common = new float[DIMENSION];
        float[] rare = new float[DIMENSION];
        common[0] = rare[0] = 1;
        common[1] = 0.3f;
        rare[7] = 0.3f;
        VectorUtil.l2normalize(common);
        VectorUtil.l2normalize(rare);
        WhitenedSpace plain = WhitenedSpace.around(space.centre());
        assertEquals(1, plain.distance(common) / plain.distance(rare), 0.02);
        float ratio = space.distance(common) / space.distance(rare);
        assertTrue("" + ratio, ratio < 0.9);
    }
}
