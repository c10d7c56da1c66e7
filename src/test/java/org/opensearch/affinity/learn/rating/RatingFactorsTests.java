package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

public class RatingFactorsTests extends OpenSearchTestCase {
    private static final RatingFactors SMALL = RatingFactors.standard().withDimension(4);

    public void testBiasesByHand() {
        // Mean 3, deviation 1. The users' biases are 0 once the items have theirs. An item with n ratings that are 1 above the
        // mean has a bias of n / (n + 1) deviations with a damping of 1.
        Ratings ratings = new Ratings.Builder(2).add(0, 0, 4).add(1, 0, 4).add(0, 1, 2).add(1, 1, 2).build();
        RatingModel model = RatingFactors.biases().withDamping(1).learn(ratings, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(2.0 / 3, model.bias(0), 1e-5);
        assertEquals(-2.0 / 3, model.bias(1), 1e-5);
        // A user with one rating of 4 for item 0: (1 - 2/3) / (1 + 1) above the mean.
        float[] user = model.user(new RatedItems(new int[] { 0 }, new float[] { 4 }));
        assertArrayEquals(new float[] { 1f / 6 }, user, 1e-5f);
        assertEquals(3 - 2.0 / 3 + 1.0 / 6, model.predict(user, 1), 1e-5);
        assertEquals(3 + 2.0 / 3 + 1.0 / 6, model.predict(user, 0), 1e-5);
    }

    public void testRegularisationDependsOnTheNumberOfRatings() {
        float[] row = new float[1];
        RatingEquations equations = new RatingEquations(1, 2, new Regularisation(0.5, 0, 1));
        equations.begin(2);
        equations.add(1, new float[] { 0 });
        equations.add(3, new float[] { 1 });
        equations.solve(row);
        assertEquals("(1 + 2) / (2 + 2 + 0.5 · 2)", 0.6, row[0], 1e-6);
    }

    public void testUnknownUsersAndItemsHaveBiasZero() {
        // Item 2 has no ratings.
        Ratings ratings = new Ratings.Builder(3).add(0, 0, 4).add(1, 0, 4).add(0, 1, 2).add(1, 1, 2).add(2, 0, 4).add(2, 1, 1).build();
        RatingModel model = SMALL.learn(ratings, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        float[] unknown = model.user(ratings.of(7));
        assertArrayEquals(new float[5], unknown, 0);
        assertEquals("the mean", 17.0 / 6, model.predict(unknown, 2), 1e-9);
        assertEquals("the item's bias", 17.0 / 6 + model.bias(0), model.predict(unknown, 0), 1e-6);
        assertTrue("item 0 has good ratings", model.bias(0) > 0.2);
        float[] severe = model.user(ratings.of(2));
        assertEquals("the user's bias", 17.0 / 6 + model.scale().deviation() * severe[0], model.predict(severe, 2), 1e-6);
        assertTrue("user 2 gives lower ratings than others", severe[0] < -0.01);
    }

    public void testVectorsExplainMoreThanBiases() {
        PlantedRatings planted = new PlantedRatings(300, 120, 3, 0.3, random());
        Ratings known = planted.draw(12_000);
        double biases = planted.rmse(RatingFactors.biases().learn(known, ParallelFor.SEQUENTIAL, ProgressListener.NONE), known);
        double factors = planted.rmse(SMALL.withLambda(0.4, 0.5).learn(known, ParallelFor.SEQUENTIAL, ProgressListener.NONE), known);
        assertTrue(
            "the noise is 0.3, the error with vectors " + factors + ", with biases " + biases,
            factors < 0.45 && factors < 0.65 * biases
        );
    }

    public void testResultDoesNotDependOnTheUnit() {
        PlantedRatings planted = new PlantedRatings(60, 40, 2, 0.3, random());
        Ratings stars = planted.draw(1_500);
        Ratings.Builder builder = new Ratings.Builder(stars.items());
        for (int user = 0; user < stars.users(); user++) {
            for (int position = stars.interactions().start(user); position < stars.interactions().end(user); position++) {
                builder.add(user, stars.interactions().item(position), 20 * stars.rating(position) - 7);
            }
        }
        Ratings points = builder.build();
        RatingModel one = SMALL.learn(stars, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        RatingModel other = SMALL.learn(points, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        for (int user = 0; user < stars.users(); user++) {
            assertEquals(20 * one.predict(one.user(stars.of(user)), 3) - 7, other.predict(other.user(points.of(user)), 3), 0.2);
        }
    }

    public void testObjectiveFallsWithIterations() {
        Ratings ratings = new PlantedRatings(80, 30, 2, 0.5, random()).draw(900);
        double before = Double.POSITIVE_INFINITY;
        for (int iterations = 1; iterations <= 6; iterations++) {
            double after = objective(ratings, new RatingFactors(3, iterations, 0.1, 1, 2, 7));
            assertTrue(after + " after " + before, after <= before * 1.0001);
            before = after;
        }
    }

    /** With the users as encoded: encoding solves for a user's row. */
    private static double objective(Ratings ratings, RatingFactors method) {
        RatingModel model = method.learn(ratings, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        double sum = 0;
        for (int user = 0; user < ratings.users(); user++) {
            float[] row = model.user(ratings.of(user));
            sum += penalty(row, ratings.of(user).size(), method);
            for (int position = ratings.interactions().start(user); position < ratings.interactions().end(user); position++) {
                float[] item = model.item(ratings.interactions().item(position));
                double error = ratings.scale().standardScore(ratings.rating(position)) - row[0] - item[0];
                for (int d = 1; d < row.length; d++) {
                    error -= row[d] * item[d];
                }
                sum += error * error;
            }
        }
        double[] degrees = ratings.interactions().itemDegrees();
        for (int item = 0; item < ratings.items(); item++) {
            sum += penalty(model.item(item), degrees[item], method);
        }
        return sum;
    }

    private static double penalty(float[] row, double ratings, RatingFactors method) {
        double sum = method.damping() * row[0] * row[0];
        for (float number : row) {
            sum += method.lambda() * Math.pow(ratings, method.nu()) * number * number;
        }
        return sum;
    }

    public void testResultDoesNotDependOnThreads() throws Exception {
        PlantedRatings planted = new PlantedRatings(500, 300, 2, 0.5, random());
        Ratings ratings = planted.draw(5_000);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            RatingModel sequential = SMALL.learn(ratings, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
            RatingModel concurrent = SMALL.learn(ratings, new ParallelFor(pool, 3), ProgressListener.NONE);
            for (int item = 0; item < ratings.items(); item++) {
                assertArrayEquals(sequential.item(item), concurrent.item(item), 0);
            }
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    public void testPredictionsAreInTheRangeOfTheRatings() {
        Ratings ratings = new PlantedRatings(50, 30, 2, 1, random()).draw(400);
        for (RatingFactors method : List.of(SMALL, RatingFactors.biases(), SMALL.withLambda(0.01, 0).withDamping(0))) {
            RatingModel model = method.learn(ratings, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
            RatingScale scale = model.scale();
            for (int user = 0; user <= 50; user++) {
                float[] row = model.user(ratings.of(user));
                for (int item = 0; item < 30; item++) {
                    double predicted = model.predict(row, item);
                    assertTrue(method + " predicted " + predicted, predicted >= scale.min() && predicted <= scale.max());
                }
            }
            float[] high = row(model, 1_000);
            assertEquals("the largest rating", scale.max(), model.predict(high, 0), 0);
            assertEquals(scale.min(), model.predict(row(model, -1_000), 0), 0);
            assertTrue(model.ramBytesUsed() > 0);
        }
    }

    private static float[] row(RatingModel model, float bias) {
        float[] row = model.item(0).clone();
        row[0] = bias;
        return row;
    }

    public void testEqualRatings() {
        Ratings ratings = new Ratings.Builder(3).add(0, 0, 0.1f).add(0, 1, 0.1f).add(1, 0, 0.1f).build();
        RatingModel model = SMALL.learn(ratings, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        for (int item = 0; item < 3; item++) {
            assertEquals(0.1f, model.predict(model.user(ratings.of(0)), item), 0);
        }
        Ratings one = new Ratings.Builder(1).add(0, 0, 5).build();
        RatingModel single = SMALL.learn(one, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(5, single.predict(single.user(one.of(0)), 0), 0);
    }

    public void testWithoutRatings() {
        RatingModel model = SMALL.learn(new Ratings.Builder(2).build(), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(2, model.items());
        assertEquals(0, model.predict(model.user(new RatedItems(new int[] { 1 }, new float[] { 4 })), 1), 0);
        assertEquals(0, SMALL.learn(new Ratings.Builder(0).build(), ParallelFor.SEQUENTIAL, ProgressListener.NONE).items());
    }

    public void testProgressAndCancellation() {
        Ratings ratings = new PlantedRatings(300, 200, 2, 0.5, random()).draw(2_000);
        List<Double> parts = new ArrayList<>();
        SMALL.learn(ratings, ParallelFor.SEQUENTIAL, parts::add);
        for (int i = 1; i < parts.size(); i++) {
            assertTrue(parts.get(i) >= parts.get(i - 1));
        }
        assertEquals(1, parts.get(parts.size() - 1), 1e-9);
        expectThrows(CancellationException.class, () -> SMALL.learn(ratings, ParallelFor.SEQUENTIAL, part -> {
            if (part > 0.5) {
                throw new CancellationException();
            }
        }));
    }

    public void testBoundsOfSettings() {
        expectThrows(IllegalArgumentException.class, () -> SMALL.withDimension(-1));
        expectThrows(IllegalArgumentException.class, () -> SMALL.withIterations(0));
        expectThrows(IllegalArgumentException.class, () -> SMALL.withLambda(Double.NaN, 1));
        expectThrows(IllegalArgumentException.class, () -> SMALL.withLambda(1, -1));
        expectThrows(IllegalArgumentException.class, () -> SMALL.withLambda(0.001, 1));
        expectThrows(IllegalArgumentException.class, () -> SMALL.withDamping(-1));
        assertEquals(
            "biases have no hyperparameters of vectors",
            List.of("damping"),
            RatingFactors.biases().hyperparameters(RatingFactors.dimensions()).stream().map(Hyperparameter::name).toList()
        );
        assertTrue(SMALL.hyperparameters(RatingFactors.dimensions()).size() > 1);
    }
}
