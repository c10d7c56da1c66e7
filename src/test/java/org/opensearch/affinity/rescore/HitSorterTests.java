package org.opensearch.affinity.rescore;

import org.apache.lucene.search.ScoreDoc;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;

public class HitSorterTests extends OpenSearchTestCase {
    private static final float[] EDGE_CASES = {
        0f,
        -0f,
        -1f,
        1f,
        Float.MIN_VALUE,
        -Float.MAX_VALUE,
        Float.MAX_VALUE,
        Float.POSITIVE_INFINITY };

    /** With many equal scores. */
    public void testSameOrderAsWithAComparator() {
        for (int round = 0; round < 50; round++) {
            ScoreDoc[] hits = new ScoreDoc[randomIntBetween(1, 300)];
            for (int i = 0; i < hits.length; i++) {
                int doc = i == 0 ? Integer.MAX_VALUE - 1 : i * 3;
                hits[i] = new ScoreDoc(doc, randomBoolean() ? edgeCase() : random().nextFloat() - 0.5f);
            }
            Collections.shuffle(Arrays.asList(hits), random());
            int window = randomIntBetween(1, hits.length);
            ScoreDoc[] expected = hits.clone();

            Arrays.sort(expected, 0, window, Comparator.comparingInt(hit -> hit.doc));
            HitSorter.byDocument(hits, window);
            assertArrayEquals(expected, hits);

            Arrays.sort(expected, 0, window, (a, b) -> {
                int byScore = Float.compare(b.score, a.score);
                return byScore != 0 ? byScore : Integer.compare(a.doc, b.doc);
            });
            HitSorter.bestFirst(hits, window);
            assertArrayEquals(expected, hits);
        }
    }

    private static float edgeCase() {
        return EDGE_CASES[random().nextInt(EDGE_CASES.length)];
    }
}
