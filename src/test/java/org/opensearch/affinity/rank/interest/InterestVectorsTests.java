package org.opensearch.affinity.rank.interest;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

public class InterestVectorsTests extends OpenSearchTestCase {
    private static final float[] ORIGIN = new float[2];

    private static InterestVector interest(int number, float strength, float[] direction, float[] centre) {
        return new InterestVector(number, strength, direction, VectorUtil.dotProduct(direction, centre), List.of("i" + number));
    }

    private static InterestVectors around(float[] centre, float minCosine, InterestVector... interests) {
        return new InterestVectors("v", WhitenedSpace.around(centre), minCosine, true, List.of(interests));
    }

    public void testAffinityIsTheSumOverInterests() {
        InterestVectors interests = around(
            ORIGIN,
            0f,
            interest(1, 1f, new float[] { 1, 0 }, ORIGIN),
            interest(2, 0.5f, new float[] { 0, 1 }, ORIGIN),
            interest(3, -0.25f, new float[] { 0, 1 }, ORIGIN)
        );
        assertEquals(1f, interests.affinity(new float[] { 1, 0 }), 1e-6f);
        assertEquals(0.25f, interests.affinity(new float[] { 0, 1 }), 1e-6f);
        assertEquals("negative cosines are 0", 0f, interests.affinity(new float[] { -1, 0 }), 0f);
        assertEquals(0.6f + 0.5f * 0.8f - 0.25f * 0.8f, interests.affinity(new float[] { 0.6f, 0.8f }), 1e-6f);
        List<Integer> numbers = interests.contributions(new float[] { 0, 1 }).stream().map(c -> c.interest().number()).toList();
        assertEquals("largest first", List.of(2, 3), numbers);
    }

    public void testCosinesAreTakenAroundTheCentre() {
        // Seen from (0.6, 0), the interest (1, 0) points along x, and so does an item only as far as it goes beyond 0.6.
        float[] centre = { 0.6f, 0 };
        InterestVectors interests = around(centre, 0f, interest(1, 1f, new float[] { 1, 0 }, centre));
        assertEquals(1f, interests.affinity(new float[] { 1, 0 }), 1e-6f);
        assertEquals(0f, interests.affinity(new float[] { 0.6f, 0.8f }), 1e-6f);
        // (0.8, 0.6) - (0.6, 0) = (0.2, 0.6): cosine 0.2 / sqrt(0.4)
        assertEquals(0.2f / Math.sqrt(0.4), interests.affinity(new float[] { 0.8f, 0.6f }), 1e-6f);
    }

    public void testCosinesBelowTheMinimumDoNotCount() {
        InterestVectors interests = around(ORIGIN, 0.7f, interest(1, 0.5f, new float[] { 1, 0 }, ORIGIN));
        assertEquals(0.5f * 0.8f, interests.affinity(new float[] { 0.8f, 0.6f }), 1e-6f);
        assertEquals(0f, interests.affinity(new float[] { 0.6f, 0.8f }), 0f);
        assertEquals(List.of(), interests.contributions(new float[] { 0.6f, 0.8f }));
    }

    public void testAffinityIsBounded() {
        for (int round = 0; round < 200; round++) {
            int dimension = randomIntBetween(2, 40);
            float[] centre = randomUnitVector(dimension);
            float length = randomFloat() * 0.999f;
            for (int i = 0; i < dimension; i++) {
                centre[i] *= length;
            }
            InterestVector[] vectors = new InterestVector[8];
            for (int i = 0; i < vectors.length; i++) {
                // Absolute strengths sum to at most 1.
                float strength = randomFloat() / vectors.length;
                vectors[i] = interest(i + 1, randomBoolean() ? strength : -strength, randomUnitVector(dimension), centre);
            }
            float affinity = around(centre, 0f, vectors).affinity(randomUnitVector(dimension));
            assertTrue("" + affinity, affinity >= -1 && affinity <= 1);
        }
    }

    /** Of a user who liked x once, y so many times, and disliked z. */
    private InterestVectors exploring(int seed, int likesOfY) throws IOException {
        String definition = """
            {"items": {"index": "products", "vector_field": "v"}, "events": {"index": "ubi_events"}, "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            Tracker tracker = Tracker.parse("shop", parser);
            List<Profile.Interaction> events = new ArrayList<>(List.of(new Profile.Interaction("x", 1_000, new float[] { 1, 0, 0 }, 1, Float.NaN, "")));
            for (int i = 0; i < likesOfY; i++) {
                events.add(new Profile.Interaction("y" + i, 2_000 + i, new float[] { 0, 1, 0 }, 1, Float.NaN, ""));
            }
            events.add(new Profile.Interaction("z", 3_000, new float[] { 0, 0, 1 }, -1, Float.NaN, ""));
            Profile profile = Profile.of("ann", events, tracker);
            RequestContext context = new RequestContext(4_000, List.of());
            WhitenedSpace space = WhitenedSpace.around(new float[3]);
            InterestVectors interests = InterestVectors.of(profile, tracker, space, Ranking.DEFAULT, context);
            return interests.exploring(profile, tracker.decay(), seed);
        }
    }

    private static float exploration(InterestVectors interests, float... vector) {
        return interests.exploration(vector, interests.space().distance(vector));
    }

    public void testInterestsWithFewEventsAreExplored() throws Exception {
        float largestOfX = 0;
        float largestOfY = 0;
        for (int seed = 0; seed < 100; seed++) {
            InterestVectors interests = exploring(seed, 8);
            float x = exploration(interests, 1, 0, 0);
            float y = exploration(interests, 0, 1, 0);
            largestOfX = Math.max(largestOfX, x);
            largestOfY = Math.max(largestOfY, y);
            assertEquals("a disliked interest is not explored", 0f, exploration(interests, 0, 0, 1), 0f);
            assertEquals("a negative cosine", 0f, exploration(interests, -1, 0, 0), 0f);
            assertEquals(Math.max(0.6f * x, 0.8f * y), exploration(interests, 0.6f, 0.8f, 0), 1e-2f);
            assertEquals("other interests do not matter", x, exploration(exploring(seed, 0), 1, 0, 0), 0f);
        }
        // 1 / √(1 + events): one event, and eight.
        assertEquals(1 / Math.sqrt(2), largestOfX, 0.05);
        assertTrue("" + largestOfX, largestOfX <= 1 / Math.sqrt(2) + 1e-6);
        assertEquals(1 / 3.0, largestOfY, 0.05);
        assertTrue("" + largestOfY, largestOfY <= 1 / 3.0 + 1e-6);
    }

    public void testOtherSearchesDoNotExplore() {
        InterestVectors interests = around(ORIGIN, 0f, interest(1, 1f, new float[] { 1, 0 }, ORIGIN));
        assertEquals(0f, exploration(interests, 1, 0), 0f);
    }

    public void testReadsWhatItWrites() throws Exception {
        InterestVectors interests = exploring(7, 2);
        InterestVectors copy = copyWriteable(interests, writableRegistry(), InterestVectors::new);
        assertEquals(interests, copy);
        assertEquals(interests.hashCode(), copy.hashCode());
        assertTrue(exploration(copy, 1, 0, 0) > 0);
        assertNotEquals(interests, exploring(8, 2));
        assertEquals(interests, interests.labelled(List.of("", "", "")));
        assertNotEquals(interests, interests.labelled(List.of("", "tents", "")));
    }

    private static float[] randomUnitVector(int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }
}
