package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.test.OpenSearchTestCase;

import java.util.HexFormat;

public class QuantisedRowTests extends OpenSearchTestCase {
    /** The format of the rows of models, as it was written first: every later version must read it. */
    public void testFormat() {
        byte[] row = QuantisedRow.ofItem(new float[] { 127, -63.5f, 0 }, 0.25f);
        assertEquals("7fc1003f8000003e800000", HexFormat.of().formatHex(row));
        assertArrayEquals(new float[] { 31.75f, -15.75f, 0 }, QuantisedRow.input(row), 0);
        assertEquals(row.length, QuantisedRow.length(3));
    }

    public void testScoresAreDotProducts() {
        int dimension = randomIntBetween(1, 300);
        float[][] rows = RowMatrix.random(50, dimension, 3, randomLong());
        float[] user = rows[0];
        double length = Math.sqrt(VectorUtil.dotProduct(user, user));
        for (float[] item : rows) {
            double expected = VectorUtil.dotProduct(user, item);
            double tolerance = 0.02 * length * Math.sqrt(VectorUtil.dotProduct(item, item));
            assertEquals(expected, QuantisedRow.score(QuantisedRow.ofUser(user), QuantisedRow.ofItem(item, 7)), tolerance);
            float[] input = QuantisedRow.input(QuantisedRow.ofItem(item, 0.5f));
            for (int d = 0; d < dimension; d++) {
                assertEquals(item[d] / 2, input[d], 0.15);
            }
        }
    }

    public void testZeros() {
        byte[] zeros = QuantisedRow.ofItem(new float[4], 0);
        assertEquals(0, QuantisedRow.score(QuantisedRow.ofUser(new float[] { 1, 2, 3, 4 }), zeros), 0);
        assertEquals(0, QuantisedRow.score(QuantisedRow.ofUser(new float[4]), zeros), 0);
        assertArrayEquals(new float[4], QuantisedRow.input(zeros), 0);
        assertEquals("an unwritten row", 0, QuantisedRow.score(QuantisedRow.ofUser(new float[] { 1 }), new byte[QuantisedRow.length(1)]), 0);
    }
}
