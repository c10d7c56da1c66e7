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
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) over the best hits of one shard: a hit loses {@code diversity} times its
 * largest cosine with a better hit, as a share of its score. Needs no user. It is the only part of a score that depends on other hits, and
 * so on the shard layout.
 */
final class MarginalRelevance {
    /** Only so many of the best hits take part, a few pages: the cost is hits² · dimension. */
    private static final int MAX_HITS = 200;

    private MarginalRelevance() {}

    /**
     * Lowers scores of hits that are similar to better ones, and sorts again. Hits of the window beyond the first 200 get at most the
     * lowest score of these.
     *
     * @param hits   of which those in the window are sorted by score, best first
     * @param window number of hits that were rescored, at least 1
     */
    static void diversify(ScoreDoc[] hits, int window, List<LeafReaderContext> leaves, Scoring scoring) throws IOException {
        int count = Math.min(window, MAX_HITS);
        float[][] vectors = vectors(hits, count, leaves, scoring.interests().field());
        double[] similarity = new double[count];
        for (int chosen = 0; chosen < count; chosen++) {
            int best = chosen;
            for (int i = chosen + 1; i < count; i++) {
                if (penalized(hits[i].score, similarity[i], scoring) > penalized(hits[best].score, similarity[best], scoring)) {
                    best = i;
                }
            }
            swap(hits, vectors, similarity, chosen, best);
            hits[chosen].score = penalized(hits[chosen].score, similarity[chosen], scoring);
            for (int i = chosen + 1; i < count && vectors[chosen] != null; i++) {
                if (vectors[i] != null) {
                    similarity[i] = Math.max(similarity[i], VectorUtil.dotProduct(vectors[chosen], vectors[i]));
                }
            }
        }
        for (int i = count; i < window; i++) {
            hits[i].score = Math.min(hits[i].score, hits[count - 1].score);
        }
    }

    /** @param similarity largest cosine with a better hit, from 0 to 1 */
    private static float penalized(float score, double similarity, Scoring scoring) {
        return (float) (score - scoring.diversity() * similarity * Math.abs(score));
    }

    private static void swap(ScoreDoc[] hits, float[][] vectors, double[] similarity, int a, int b) {
        ScoreDoc hit = hits[a];
        hits[a] = hits[b];
        hits[b] = hit;
        float[] vector = vectors[a];
        vectors[a] = vectors[b];
        vectors[b] = vector;
        double value = similarity[a];
        similarity[a] = similarity[b];
        similarity[b] = value;
    }

    /** The unit vectors of the first {@code count} hits, null for a hit without; they are read in document order. */
    private static float[][] vectors(ScoreDoc[] hits, int count, List<LeafReaderContext> leaves, String field) throws IOException {
        float[][] vectors = new float[count][];
        Integer[] byDocument = new Integer[count];
        Arrays.setAll(byDocument, i -> i);
        Arrays.sort(byDocument, Comparator.comparingInt(i -> hits[i].doc));
        int next = 0;
        for (LeafReaderContext leaf : leaves) {
            int end = leaf.docBase + leaf.reader().maxDoc();
            if (next == count || hits[byDocument[next]].doc >= end) {
                continue;
            }
            ItemVectorReader reader = ItemVectorReader.open(leaf, field);
            for (; next < count && hits[byDocument[next]].doc < end; next++) {
                float[] vector = reader == null ? null : reader.vector(hits[byDocument[next]].doc - leaf.docBase);
                vectors[byDocument[next]] = vector == null ? null : vector.clone();
            }
        }
        return vectors;
    }
}
