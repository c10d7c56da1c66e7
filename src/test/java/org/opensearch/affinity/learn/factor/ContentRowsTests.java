package org.opensearch.affinity.learn.factor;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.test.OpenSearchTestCase;

public class ContentRowsTests extends OpenSearchTestCase {
    private static ContentRows learn(float[][] vectors, float[][] contents) {
        return ContentRows.learn(vectors, contents, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
    }

    private static float[] estimate(ContentRows rows, float[] content) {
        float[] vector = new float[rows.weights().length];
        for (int d = 0; d < vector.length; d++) {
            vector[d] = VectorUtil.dotProduct(rows.weights()[d], content);
        }
        return vector;
    }

    /** Vectors that are a linear map of the contents, with some noise, are found again, also for an item that was not learned from. */
    public void testLinearMapIsFound() {
        float[][] contents = RowMatrix.random(400, 12, 1, randomLong());
        float[][] map = RowMatrix.random(5, 12, 1, randomLong());
        float[][] noise = RowMatrix.random(400, 5, 0.05, randomLong());
        float[][] vectors = new float[400][];
        for (int item = 0; item < vectors.length; item++) {
            vectors[item] = noise[item].clone();
            for (int d = 0; d < map.length; d++) {
                vectors[item][d] += VectorUtil.dotProduct(map[d], contents[item]);
            }
        }
        float[] unknown = vectors[7];
        vectors[7] = null;
        contents[9] = null;
        ContentRows rows = learn(vectors, contents);
        assertEquals(398, rows.items());
        assertTrue(rows.toString(), rows.explained() > 0.95 && rows.ridge() > 0);
        assertArrayEquals(unknown, estimate(rows, contents[7]), 0.5f);
    }

    public void testUnrelatedContentsAndFewItemsGiveNoEstimates() {
        float[][] vectors = RowMatrix.random(200, 5, 1, 1);
        assertTrue(learn(vectors, RowMatrix.random(200, 12, 1, 2)).explained() < 0.1);
        float[][] few = RowMatrix.random(40, 5, 1, 1);
        ContentRows none = learn(few, few);
        assertEquals(0, none.weights().length);
        assertEquals(0, none.ridge(), 0);
        assertEquals(0, learn(new float[60][0], RowMatrix.random(60, 3, 1, 2)).weights().length);
    }
}
