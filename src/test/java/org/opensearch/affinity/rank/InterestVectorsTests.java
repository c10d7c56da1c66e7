package org.opensearch.affinity.rank;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.rank.InterestVectors.Aspect;
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
    private static Aspect aspect(int number, float strength, float[] direction, float[] centre) {
        return new Aspect(number, strength, direction, VectorUtil.dotProduct(direction, centre), List.of("i" + number));
    }

    public void testLikedLessDisliked() {
        float[] centre = new float[2];
        InterestVectors interests = new InterestVectors(
            "v",
            WhitenedSpace.around(centre),
            0f,
            true,
            List.of(
                aspect(1, 1f, new float[] { 1, 0 }, centre),
                aspect(2, 0.5f, new float[] { 0, 1 }, centre),
                aspect(3, -0.25f, new float[] { 0, 1 }, centre)
            )
        );
        assertEquals(1f, interests.affinity(new float[] { 1, 0 }), 1e-6f);
        assertEquals(0.25f, interests.affinity(new float[] { 0, 1 }), 1e-6f);
        assertEquals("nothing to do with any", 0f, interests.affinity(new float[] { -1, 0 }), 0f);
        assertEquals(0.6f + 0.5f * 0.8f - 0.25f * 0.8f, interests.affinity(new float[] { 0.6f, 0.8f }), 1e-6f);
        assertEquals(List.of(2, 3), interests.parts(new float[] { 0, 1 }).stream().map(part -> part.aspect().number()).toList());
    }

    public void testWhatEverybodyLikesDoesNotCount() {
        // Seen from (0.6, 0), the interest (1, 0) points along x, and so does an item only as far as it goes beyond 0.6.
        float[] centre = { 0.6f, 0 };
        InterestVectors interests = new InterestVectors("v", WhitenedSpace.around(centre), 0f, true, List.of(aspect(1, 1f, new float[] { 1, 0 }, centre)));
        assertEquals(1f, interests.affinity(new float[] { 1, 0 }), 1e-6f);
        assertEquals(0f, interests.affinity(new float[] { 0.6f, 0.8f }), 1e-6f);
        // (0.8, 0.6) - (0.6, 0) = (0.2, 0.6): cosine 0.2 / sqrt(0.4)
        assertEquals(0.2f / Math.sqrt(0.4), interests.affinity(new float[] { 0.8f, 0.6f }), 1e-6f);
    }

    public void testStrangersDoNotCount() {
        float[] centre = new float[2];
        InterestVectors interests = new InterestVectors("v", WhitenedSpace.around(centre), 0.7f, true, List.of(aspect(1, 0.5f, new float[] { 1, 0 }, centre)));
        assertEquals(0.5f * 0.8f, interests.affinity(new float[] { 0.8f, 0.6f }), 1e-6f);
        assertEquals(0f, interests.affinity(new float[] { 0.6f, 0.8f }), 0f);
        assertEquals(List.of(), interests.parts(new float[] { 0.6f, 0.8f }));
    }

    public void testAffinityIsBounded() {
        for (int round = 0; round < 200; round++) {
            int dimension = randomIntBetween(2, 40);
            float[] centre = unit(dimension);
            float length = randomFloat() * 0.999f;
            for (int i = 0; i < dimension; i++) {
                centre[i] *= length;
            }
            List<Aspect> aspects = new ArrayList<>();
            for (int i = 1; i <= 8; i++) {
                // Shares add up to 1.
                aspects.add(aspect(i, randomBoolean() ? randomFloat() / 8 : -randomFloat() / 8, unit(dimension), centre));
            }
            InterestVectors interests = new InterestVectors("v", WhitenedSpace.around(centre), 0f, true, aspects);
            float affinity = interests.affinity(unit(dimension));
            assertTrue("" + affinity, affinity >= -1 && affinity <= 1);
        }
    }

    private InterestVectors exploring(int seed, int likesOfY) throws IOException {
        String json = "{\"items\":{\"index\":\"products\",\"vector_field\":\"v\"},\"events\":{\"index\":\"ubi_events\"},\"actions\":{\"click\":1}}";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            Tracker tracker = Tracker.parse("shop", parser);
            List<Profile.Interaction> done = new ArrayList<>(List.of(new Profile.Interaction("x", 1_000, new float[] { 1, 0, 0 }, 1)));
            for (int i = 0; i < likesOfY; i++) {
                done.add(new Profile.Interaction("y" + i, 2_000 + i, new float[] { 0, 1, 0 }, 1));
            }
            done.add(new Profile.Interaction("z", 3_000, new float[] { 0, 0, 1 }, -1));
            Profile profile = Profile.of("ann", done, tracker);
            InterestVectors interests = InterestVectors.of(profile, tracker, WhitenedSpace.around(new float[3]), Ranking.DEFAULT, new RequestContext(4_000, List.of()));
            return interests.exploring(profile, tracker.decay(), seed);
        }
    }

    private static float unknown(InterestVectors interests, float... vector) {
        return interests.unknown(vector, interests.space().distance(vector));
    }

    public void testWhatIsLittleKnownIsExplored() throws Exception {
        float x = 0;
        float y = 0;
        for (int seed = 0; seed < 100; seed++) {
            InterestVectors interests = exploring(seed, 8);
            x = Math.max(x, unknown(interests, 1, 0, 0));
            y = Math.max(y, unknown(interests, 0, 1, 0));
            assertEquals("what is disliked is not", 0f, unknown(interests, 0, 0, 1), 0f);
            assertEquals("what goes the other way is not", 0f, unknown(interests, -1, 0, 0), 0f);
            float between = Math.max(0.6f * unknown(interests, 1, 0, 0), 0.8f * unknown(interests, 0, 1, 0));
            assertEquals(between, unknown(interests, 0.6f, 0.8f, 0), 1e-2f);
            assertEquals("what is done elsewhere changes no chance", unknown(interests, 1, 0, 0), unknown(exploring(seed, 0), 1, 0, 0), 0f);
        }
        // 1 / √(1 + events): one event, and eight.
        assertEquals(1 / Math.sqrt(2), x, 0.05);
        assertTrue("" + x, x <= 1 / Math.sqrt(2) + 1e-6);
        assertEquals(1 / 3.0, y, 0.05);
        assertTrue("" + y, y <= 1 / 3.0 + 1e-6);
    }

    public void testOtherSearchesDoNotExplore() {
        InterestVectors interests = new InterestVectors("v", WhitenedSpace.around(new float[2]), 0f, true, List.of(aspect(1, 1f, new float[] { 1, 0 }, new float[2])));
        assertEquals(0f, unknown(interests, 1, 0), 0f);
    }

    public void testReadsWhatItWrites() throws Exception {
        InterestVectors interests = exploring(7, 2);
        InterestVectors copy = copyWriteable(interests, writableRegistry(), InterestVectors::new);
        assertEquals(interests, copy);
        assertTrue(unknown(copy, 1, 0, 0) > 0);
        assertNotEquals(interests, exploring(8, 2));
        assertEquals(interests, interests.labelled(List.of("", "", "")));
    }

    private static float[] unit(int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }
}
