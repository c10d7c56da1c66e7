package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.rating.RatingFactors;
import org.opensearch.affinity.learn.rating.Ratings;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Map;

public class RatingMethodTests extends OpenSearchTestCase {
    private static final RatingFactors STANDARD = RatingFactors.standard();

    /** Users rate ten items, half of them high and half low. */
    private static Ratings ratings(int users, float low, float high) {
        Ratings.Builder ratings = new Ratings.Builder(20);
        for (int user = 0; user < users; user++) {
            for (int i = 0; i < 10; i++) {
                int item = (user + 3 * i) % 20;
                ratings.add(user, item, (item + user) % 2 == 0 ? low : high);
            }
        }
        return ratings.build();
    }

    private static RatingFactors tuned(Map<String, Double> settings, Ratings ratings) {
        PartSettings given = new PartSettings(Map.of("ratings", settings));
        int[] dimensions = RatingMethod.dimensions(given);
        return RatingMethod.tuned(given, dimensions, ratings, 1, ParallelFor.SEQUENTIAL, ProgressListener.NONE).factors();
    }

    public void testLacking() {
        assertNull(RatingMethod.lacking(ratings(50, 1, 5)));
        assertEquals("fewer than 50 users rated two items", RatingMethod.lacking(ratings(49, 1, 5)));
        assertEquals("all ratings are equal", RatingMethod.lacking(ratings(50, 3, 3)));
        Ratings.Builder one = new Ratings.Builder(2);
        for (int user = 0; user < 100; user++) {
            one.add(user, 0, 1).add(user, 0, 2);
        }
        assertEquals("one item each", RatingMethod.TOO_FEW, RatingMethod.lacking(one.build()));
    }

    public void testGivenSettingsAreKept() {
        assertEquals("too few to choose by", STANDARD, tuned(Map.of(), ratings(20, 1, 5)));
        assertEquals(STANDARD.withDimension(7).withDamping(2), tuned(Map.of("dimension", 7.0, "damping", 2.0), ratings(20, 1, 5)));
        RatingFactors tuned = tuned(Map.of("dimension", 3.0, "nu", 0.75, "iterations", 2.0, "damping", 6.0), ratings(60, 1, 5));
        assertEquals("all are given: lambda is chosen with nu", STANDARD.withDimension(3).withLambda(STANDARD.lambda(), 0.75).withIterations(2).withDamping(6), tuned);
        RatingFactors open = tuned(Map.of("dimension", 2.0, "iterations", 2.0), ratings(60, 1, 5));
        assertEquals(List.of(2, 2), List.of(open.dimension(), open.iterations()));
        assertNotEquals(STANDARD.withDimension(2).withIterations(2), open);
        assertArrayEquals(new int[] { 2 }, RatingMethod.dimensions(new PartSettings(Map.of("ratings", Map.of("dimension", 2.0)))));
        assertArrayEquals(RatingFactors.dimensions(), RatingMethod.dimensions(PartSettings.NONE));
    }

    public void testNoMoreDimensionsThanThereIsRoomFor() {
        RatingFactors small = RatingMethod.tuned(PartSettings.NONE, new int[] { 4 }, ratings(20, 1, 5), 1, ParallelFor.SEQUENTIAL, ProgressListener.NONE)
            .factors();
        assertEquals(4, small.dimension());
    }

    public void testReadAsItWasDescribed() {
        RatingMethod method = new RatingMethod(STANDARD.withDimension(5).withLambda(0.3, 0.9).withIterations(7).withDamping(4));
        LearnedRatings learned = LearnedRatings.learn(method, ratings(20, 1, 5), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        Map<String, Object> about = PartMethod.describe(List.of(), learned);
        assertEquals(method, RatingMethod.read(about));
        assertEquals("it has no item vectors of histories", List.of(), PartMethod.read(about));
        Map<?, ?> described = (Map<?, ?>) ((Map<?, ?>) about.get("parts")).get("ratings");
        assertEquals(List.of(200, 1.0, 5.0), List.of(described.get("ratings"), described.get("min"), described.get("max")));
        assertEquals(Map.of(), PartMethod.describe(List.of(), null));
        assertNull(RatingMethod.read(Map.of()));
        assertNull(RatingMethod.read(Map.of("parts", Map.of("ratings", 7))));
        assertNull("of another version", RatingMethod.read(Map.of("parts", Map.of("ratings", Map.of("dimension", -1)))));
    }

    public void testRows() {
        RatingMethod method = new RatingMethod(STANDARD.withDimension(3));
        LearnedRatings learned = LearnedRatings.learn(method, ratings(20, 1, 5), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals("a bias and a vector", 4, learned.encoder().dimension());
        ModelIndex.ItemVector row = learned.vector(3);
        assertEquals(4, row.vector().length);
        assertEquals("a user is made of the rows themselves", 1, row.inputFactor(), 0f);
    }

    public void testRequested() {
        assertTrue(RequestedParts.of(List.of("ratings"), PartSettings.NONE).ratings());
        assertEquals(List.of("ratings"), RequestedParts.of(List.of("ratings"), PartSettings.NONE).signals());
        assertEquals(List.of(), RequestedParts.of(List.of("ratings"), PartSettings.NONE).parts());
        assertFalse(RequestedParts.of(List.of("graph"), PartSettings.NONE).ratings());
        assertTrue(RequestedParts.of(List.of("auto"), PartSettings.NONE).signals().contains("ratings"));
        PartSettings settings = new PartSettings(Map.of("ratings", Map.of("damping", 2.0)));
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> RequestedParts.of(List.of("graph"), settings));
        assertEquals("lacks [ratings], which has [settings]", e.getMessage());
    }
}
