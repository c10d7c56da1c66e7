package org.opensearch.affinity.learn.rating;

import org.opensearch.test.OpenSearchTestCase;

import java.util.HashMap;
import java.util.Map;

public class RatingsTests extends OpenSearchTestCase {
    public void testLastRatingOfAnItemCounts() {
        Ratings ratings = new Ratings.Builder(4).add(1, 2, 5).add(1, 0, -1).add(0, 2, 3).add(1, 2, 0).build();
        assertEquals(2, ratings.users());
        assertEquals(4, ratings.items());
        assertEquals(3, ratings.size());
        assertArrayEquals(new int[] { 0, 2 }, ratings.of(1).items());
        assertArrayEquals(new float[] { -1, 0 }, ratings.of(1).ratings(), 0);
        assertArrayEquals(new float[] { 3 }, ratings.of(0).ratings(), 0);
        assertEquals("unknown user", 0, ratings.of(2).size());
        assertTrue(ratings.ramBytesUsed() > 0);
    }

    public void testAgreesWithAMap() {
        Ratings.Builder builder = new Ratings.Builder(20);
        Map<Integer, Map<Integer, Float>> last = new HashMap<>();
        for (int i = 0; i < 500; i++) {
            int user = random().nextInt(10);
            int item = random().nextInt(20);
            builder.add(user, item, i);
            last.computeIfAbsent(user, first -> new HashMap<>()).put(item, (float) i);
        }
        Ratings ratings = builder.build();
        for (int user = 0; user < ratings.users(); user++) {
            RatedItems rated = ratings.of(user);
            Map<Integer, Float> found = new HashMap<>();
            for (int i = 0; i < rated.size(); i++) {
                found.put(rated.items()[i], rated.ratings()[i]);
            }
            assertEquals(last.getOrDefault(user, Map.of()), found);
            assertEquals(rated.size(), found.size());
        }
    }

    public void testScaleByHand() {
        RatingScale scale = new Ratings.Builder(4).add(0, 0, 1).add(0, 1, 2).add(0, 2, 4).add(1, 3, 5).build().scale();
        assertEquals(new RatingScale(3, Math.sqrt(10.0 / 4), 1, 5), scale); // 4 + 1 + 1 + 4
        assertEquals(1 / Math.sqrt(2.5), scale.standardScore(4), 1e-12);
        assertEquals(4, scale.rating(1 / Math.sqrt(2.5)), 1e-12);
        assertEquals("the largest rating", 5, scale.rating(3), 0);
        assertEquals(1, scale.rating(-3), 0);
        assertEquals("3 of 1 to 5", 0.5, scale.place(0), 1e-12);
        assertEquals(0.75, scale.place(scale.standardScore(4)), 1e-12);
        assertEquals(1, scale.place(9), 0);
        assertEquals(0, scale.place(-9), 0);
        assertEquals("one of four", 0.25, scale.part(scale.standardScore(5) - scale.standardScore(4)), 1e-12);
        assertEquals("all ratings are equal", 0, new RatingScale(3, 0, 3, 3).place(1), 0);
        assertEquals(0, new RatingScale(3, 0, 3, 3).part(1), 0);
        assertEquals(new RatingScale(0, 0, 0, 0), new Ratings.Builder(4).build().scale());
    }

    public void testBounds() {
        Ratings.Builder builder = new Ratings.Builder(2);
        expectThrows(IllegalArgumentException.class, () -> builder.add(0, 2, 1));
        expectThrows(IllegalArgumentException.class, () -> builder.add(-1, 0, 1));
        expectThrows(IllegalArgumentException.class, () -> builder.add(0, 0, Float.NaN));
        assertEquals("refused ratings are not added", 0, builder.build().size());
        expectThrows(IllegalArgumentException.class, () -> new RatedItems(new int[1], new float[2]));
    }
}
