package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.rating.HeldOutRatings.Rating;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.stream.IntStream;

public class HeldOutRatingsTests extends OpenSearchTestCase {
    public void testTheNewestRatingOfAUserIsHeldOut() {
        Ratings.Builder builder = new Ratings.Builder(4).add(0, 1, 1).add(0, 2, 2).add(0, 1, 3);
        Ratings all = builder.add(1, 0, 4).add(3, 3, 5).add(3, 0, 6).build();
        HeldOutRatings heldOut = HeldOutRatings.newestOfSome(all, 100, 100, random().nextLong());
        assertEquals("of users with two", List.of(new Rating(0, 1, 3), new Rating(3, 0, 6)), heldOut.asked());
        assertEquals(3, heldOut.known().size());
        assertEquals("the catalogue is the same", 4, heldOut.known().items());
        assertArrayEquals(new int[] { 2 }, heldOut.known().of(0).items());
        assertArrayEquals(new float[] { 4 }, heldOut.known().of(1).ratings(), 0f);
        assertArrayEquals(new double[] { 3, 6 }, heldOut.given(), 0);
        HeldOutRatings none = HeldOutRatings.newestOfSome(new Ratings.Builder(0).build(), 100, 100, 1);
        assertEquals(List.of(), none.asked());
    }

    public void testSize() {
        Ratings all = new PlantedRatings(400, 100, 2, 0.5, random()).draw(4_000);
        long seed = random().nextLong();
        HeldOutRatings some = HeldOutRatings.newestOfSome(all, 1_000, 30, seed);
        assertEquals(30, some.asked().size());
        int drawn = some.known().size() + 30;
        assertTrue(drawn + " ratings of whole users", drawn >= 1_000 && drawn < 1_100);
        for (Rating one : some.asked()) {
            assertEquals("all but one", all.size(one.user()) - 1, some.known().size(one.user()));
            assertTrue(IntStream.of(some.known().of(one.user()).items()).noneMatch(item -> item == one.item()));
        }
        assertEquals(some.asked(), HeldOutRatings.newestOfSome(all, 1_000, 30, seed).asked());
        assertNotEquals(some.asked(), HeldOutRatings.newestOfSome(all, 1_000, 30, seed + 1).asked());
    }

    /** The best trial is as good as its value says, and no worse than the start. */
    public void testTuning() {
        HeldOutRatings heldOut = HeldOutRatings.newestOfSome(new PlantedRatings(200, 100, 2, 0.5, random()).draw(4_000), 10_000, 200, 1);
        RatingFactors start = RatingFactors.standard().withIterations(2).withDimension(2).withLambda(5, 1);
        RatingTuning tuning = new RatingTuning(start.hyperparameters(new int[] { 2, 3 }).subList(0, 2), 1);
        CoordinateSearch.Trial<RatingFactors> best = tuning.best(start, heldOut, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(-rmse(best.method(), heldOut), best.value(), 1e-9);
        assertTrue(best.method() + " " + best.value(), -best.value() < 0.97 * rmse(start, heldOut));
        assertEquals(2, best.method().iterations());
    }

    private static double rmse(RatingFactors method, HeldOutRatings heldOut) {
        RatingModel model = method.learn(heldOut.known(), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        return RatingError.rmse(heldOut.predicted(model), heldOut.given());
    }

    /** The row that a search makes of a user's ratings, with copies of the items' rows, is the one of the model. */
    public void testEncoder() {
        Ratings ratings = new PlantedRatings(50, 30, 2, 0.5, random()).draw(500);
        RatingModel model = RatingFactors.standard().learn(ratings, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        RatedItems rated = ratings.of(7);
        float[][] rows = IntStream.of(rated.items()).mapToObj(item -> model.item(item).clone()).toArray(float[][]::new);
        assertArrayEquals(model.user(rated), model.encoder().user(rows, rated.ratings()), 0f);
        assertArrayEquals("without ratings", new float[model.encoder().width()], model.encoder().user(new float[0][], new float[0]), 0f);
        expectThrows(IllegalArgumentException.class, () -> model.encoder().user(rows, new float[0]));
    }
}
