package org.opensearch.affinity.rescore;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.rank.Scoring;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) over the best hits of one shard: a hit that is like a
 * better one loses as much of its score as they are alike. Unlike everything else here it depends on the other hits, so
 * scores differ between shard layouts. It is about items alone, so who searches need not be known.
 */
final class MarginalRelevance {
    /** How many of the best hits are spread: a few pages. O(hits² · dimension). */
    private static final int HITS = 200;

    private MarginalRelevance() {}

    /**
     * Orders the best hits anew and lowers scores of those that are like better ones; what does not take part stays below.
     *
     * @param hits   best first
     * @param window how many of them were scored anew
     */
    static void spread(ScoreDoc[] hits, int window, List<LeafReaderContext> leaves, Scoring scoring) throws IOException {
        int count = Math.min(window, HITS);
        float[][] vectors = vectors(hits, count, leaves, scoring.interests().field());
        double[] likeness = new double[count];
        for (int chosen = 0; chosen < count; chosen++) {
            int best = chosen;
            for (int i = chosen + 1; i < count; i++) {
                if (lowered(hits[i].score, likeness[i], scoring) > lowered(hits[best].score, likeness[best], scoring)) {
                    best = i;
                }
            }
            swap(hits, vectors, likeness, chosen, best);
            hits[chosen].score = lowered(hits[chosen].score, likeness[chosen], scoring);
            for (int i = chosen + 1; i < count && vectors[chosen] != null; i++) {
                if (vectors[i] != null) {
                    likeness[i] = Math.max(likeness[i], VectorUtil.dotProduct(vectors[chosen], vectors[i]));
                }
            }
        }
        for (int i = count; i < window; i++) {
            hits[i].score = Math.min(hits[i].score, hits[count - 1].score);
        }
    }

    private static float lowered(float score, double likeness, Scoring scoring) {
        return (float) (score - scoring.diversity() * likeness * Math.abs(score));
    }

    private static void swap(ScoreDoc[] hits, float[][] vectors, double[] likeness, int a, int b) {
        ScoreDoc hit = hits[a];
        hits[a] = hits[b];
        hits[b] = hit;
        float[] vector = vectors[a];
        vectors[a] = vectors[b];
        vectors[b] = vector;
        double alike = likeness[a];
        likeness[a] = likeness[b];
        likeness[b] = alike;
    }

    /** Vectors of the hits, null for those without; they are read in document order. */
    private static float[][] vectors(ScoreDoc[] hits, int count, List<LeafReaderContext> leaves, String field) throws IOException {
        float[][] vectors = new float[count][];
        Integer[] byDoc = new Integer[count];
        Arrays.setAll(byDoc, i -> i);
        Arrays.sort(byDoc, Comparator.comparingInt(i -> hits[i].doc));
        int next = 0;
        for (LeafReaderContext leaf : leaves) {
            int end = leaf.docBase + leaf.reader().maxDoc();
            if (next == count || hits[byDoc[next]].doc >= end) {
                continue;
            }
            ItemVectorReader reader = ItemVectorReader.open(leaf, field);
            for (; next < count && hits[byDoc[next]].doc < end; next++) {
                float[] vector = reader == null ? null : reader.vector(hits[byDoc[next]].doc - leaf.docBase);
                vectors[byDoc[next]] = vector == null ? null : vector.clone();
            }
        }
        return vectors;
    }
}
