package org.opensearch.affinity.rank;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.rank.Interests.Aspect;
import org.opensearch.affinity.track.Space;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;

public class InterestsTests extends OpenSearchTestCase {
    private static Aspect aspect(int number, float strength, float[] direction, float[] centre) {
        return new Aspect(number, strength, direction, VectorUtil.dotProduct(direction, centre), List.of("i" + number));
    }

    public void testLikedLessDisliked() {
        float[] centre = new float[2];
        Interests interests = new Interests(
            "v",
            Space.around(centre),
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
        Interests interests = new Interests("v", Space.around(centre), 0f, true, List.of(aspect(1, 1f, new float[] { 1, 0 }, centre)));
        assertEquals(1f, interests.affinity(new float[] { 1, 0 }), 1e-6f);
        assertEquals(0f, interests.affinity(new float[] { 0.6f, 0.8f }), 1e-6f);
        // (0.8, 0.6) - (0.6, 0) = (0.2, 0.6): cosine 0.2 / sqrt(0.4)
        assertEquals(0.2f / Math.sqrt(0.4), interests.affinity(new float[] { 0.8f, 0.6f }), 1e-6f);
    }

    public void testStrangersDoNotCount() {
        float[] centre = new float[2];
        Interests interests = new Interests("v", Space.around(centre), 0.7f, true, List.of(aspect(1, 0.5f, new float[] { 1, 0 }, centre)));
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
            Interests interests = new Interests("v", Space.around(centre), 0f, true, aspects);
            float affinity = interests.affinity(unit(dimension));
            assertTrue("" + affinity, affinity >= -1 && affinity <= 1);
        }
    }

    private static float[] unit(int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }
}
