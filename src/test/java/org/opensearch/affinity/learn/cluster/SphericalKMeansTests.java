package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

public class SphericalKMeansTests extends OpenSearchTestCase {
    /** Groups around the axes are found whatever the seed, the heaviest first; the centre is the direction of the weighted sum. */
    public void testGroups() {
        int groups = between(2, 5);
        float[][] vectors = new float[groups * 40][];
        double[] weights = new double[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = new float[6];
            for (int d = 0; d < 6; d++) {
                vectors[i][d] = (d == i % groups ? 1 : 0) + 0.2f * (float) random().nextGaussian();
            }
            VectorUtil.l2normalize(vectors[i]);
            weights[i] = 10 + i % groups;
        }
        float[][] centres = SphericalKMeans.centres(vectors, weights, groups, random().nextLong());
        for (int group = 0; group < groups; group++) {
            int axis = groups - 1 - group;
            float[] sum = new float[6];
            for (int i = 0; i < vectors.length; i++) {
                if (i % groups == axis) {
                    assertEquals(group, SphericalKMeans.nearest(centres, vectors[i]));
                    for (int d = 0; d < 6; d++) {
                        sum[d] += weights[i] * vectors[i][d];
                    }
                }
            }
            assertArrayEquals(VectorUtil.l2normalize(sum), centres[group], 1e-4f);
        }
    }

    public void testFewerVectorsThanGroups() {
        float[][] vectors = { { 1, 0 }, { 0, 1 } };
        float[][] centres = SphericalKMeans.centres(vectors, new double[] { 1, 2 }, 4, random().nextLong());
        Set<Integer> nearest = new HashSet<>();
        for (float[] vector : vectors) {
            nearest.add(SphericalKMeans.nearest(centres, vector));
            assertEquals(1, VectorUtil.dotProduct(vector, centres[SphericalKMeans.nearest(centres, vector)]), 1e-6);
        }
        assertEquals(Arrays.deepToString(centres), 2, nearest.size());
    }
}
