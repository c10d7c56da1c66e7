package org.opensearch.affinity.learn.cluster;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Random;

public class SegmentsTests extends OpenSearchTestCase {
    private static final int ITEMS = 60;
    private static final Segments METHOD = new Segments(2, 8, 0.05, 20, false, 20, false, 1, null);

    private static Factors learn(Segments method, InteractionMatrix log) {
        return method.learn(log, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
    }

    /** Users of two kinds are two segments; each has its own popularity, and what nobody took has that of the parent. */
    public void testWhatIsPopularInASegment() {
        InteractionMatrix log = InteractionMatrices.twoGroups(600, ITEMS, random());
        Factors factors = learn(METHOD.withPrior(0.001), log);
        SegmentLayers layers = (SegmentLayers) ((NetworkEncoder) factors.encoder()).layers();
        assertEquals(2, layers.tree().groups().stream().filter(group -> group.level() == 1).count());
        WeightedHistory first = WeightedHistory.of(3, 7, 11);
        float[] scores = factors.scores(first);
        double own = 0;
        double other = 0;
        for (int item = 0; item < ITEMS; item++) {
            if (item < ITEMS / 2) {
                own += scores[item];
            } else {
                other += scores[item];
            }
        }
        assertTrue(own + " " + other, own > 3 * other);
        assertArrayEquals("the same as prepared", scores, learn(METHOD.withPrior(0.001).prepared(log, ParallelFor.SEQUENTIAL, ProgressListener.NONE), log).scores(first), 0);

        Factors shrunk = learn(METHOD.withPrior(1e9), log);
        float[] popularity = shrunk.scores(first);
        double[] degrees = log.itemDegrees();
        int[] taken = new int[ITEMS];
        for (int position = 0; position < log.size(); position++) {
            taken[log.item(position)]++;
        }
        for (int item = 0; item < ITEMS; item++) {
            assertEquals("with a strong prior, what is popular among everyone", Math.log1p((double) ITEMS * taken[item] / log.size()), popularity[item], 1e-3);
        }
        assertTrue(degrees.length == ITEMS);
    }

    /** By hand: with a prior of 10, 6 of 30 in the segment and a twentieth among everyone are (6 + 0.5) / 40. */
    public void testShrinkage() {
        InteractionMatrix log = InteractionMatrices.twoGroups(600, ITEMS, new Random(2));
        Segments method = METHOD.withPrior(10);
        Segments.Found found = method.prepared(log, ParallelFor.SEQUENTIAL, ProgressListener.NONE).found();
        Factors factors = learn(method, log);
        SegmentLayers layers = (SegmentLayers) ((NetworkEncoder) factors.encoder()).layers();
        int segment = 0;
        int item = 5;
        double all = 0;
        double inSegment = 0;
        double ofItem = 0;
        double both = 0;
        for (int user = 0; user < log.users(); user++) {
            boolean belongs = found.paths()[user].length > 0 && found.paths()[user][0] == segment;
            for (int position = log.start(user); position < log.end(user); position++) {
                all++;
                inSegment += belongs ? 1 : 0;
                ofItem += log.item(position) == item ? 1 : 0;
                both += belongs && log.item(position) == item ? 1 : 0;
            }
        }
        double expected = (both + 10 * ofItem / all) / (inSegment + 10);
        assertEquals(Math.log1p(ITEMS * expected), factors.vector(item)[layers.taste() + 1 + segment], 1e-5);
        assertEquals(Math.log1p(ITEMS * ofItem / all), factors.vector(item)[layers.taste()], 1e-5);
    }

    public void testControlAndEmptyLog() {
        InteractionMatrix log = InteractionMatrices.twoGroups(600, ITEMS, random());
        float[] learned = learn(METHOD, log).scores(WeightedHistory.of(3, 7, 11));
        float[] control = learn(METHOD.untrained(), log).scores(WeightedHistory.of(3, 7, 11));
        double ofLearned = 0;
        double ofControl = 0;
        for (int item = 0; item < ITEMS; item++) {
            ofLearned += item < ITEMS / 2 ? learned[item] : -learned[item];
            ofControl += item < ITEMS / 2 ? control[item] : -control[item];
        }
        assertTrue(ofLearned + " " + ofControl, ofLearned > ofControl + 5);
        InteractionMatrix empty = new InteractionMatrix.Builder(ITEMS).build();
        assertArrayEquals(new float[ITEMS], learn(METHOD, empty).scores(WeightedHistory.of(3)), 0);
    }

    public void testRanges() {
        expectThrows(IllegalArgumentException.class, () -> METHOD.withPrior(0));
        expectThrows(IllegalArgumentException.class, () -> METHOD.withTemperature(-1));
    }
}
