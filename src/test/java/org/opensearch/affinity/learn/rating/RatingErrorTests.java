package org.opensearch.affinity.learn.rating;

import org.opensearch.test.OpenSearchTestCase;

public class RatingErrorTests extends OpenSearchTestCase {
    public void testByHand() {
        double[] predicted = { 4, 3, 5, 1 };
        double[] actual = { 5, 3, 2, 3 };
        assertEquals(Math.sqrt(14.0 / 4), RatingError.rmse(predicted, actual), 1e-12); // 1 + 0 + 9 + 4
        assertEquals(1.5, RatingError.mae(predicted, actual), 1e-12);
    }

    public void testRmseIsNeverBelowMae() {
        for (int round = 0; round < 200; round++) {
            double[] predicted = random().doubles(between(1, 20), 0, 5).toArray();
            double[] actual = random().doubles(predicted.length, 0, 5).toArray();
            double mae = RatingError.mae(predicted, actual);
            assertTrue(mae >= 0 && RatingError.rmse(predicted, actual) >= mae - 1e-12);
            assertEquals(0, RatingError.rmse(actual, actual), 0);
        }
    }

    public void testDifferentLengthsAreRefused() {
        expectThrows(IllegalArgumentException.class, () -> RatingError.mae(new double[2], new double[3]));
        expectThrows(IllegalArgumentException.class, () -> RatingError.rmse(new double[0], new double[0]));
    }
}
