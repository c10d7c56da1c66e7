package org.opensearch.affinity.rank;

import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.rank.Interests.Aspect;
import org.opensearch.affinity.rank.Interests.Part;
import org.opensearch.search.rescore.RescoreContext;
import org.opensearch.search.rescore.Rescorer;

import java.io.IOException;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Scores the window of one shard anew: reads each document's vector, compares it with the interests, fuses. A document
 * without a vector keeps its relevance. Stateless.
 */
final class AffinityRescorer implements Rescorer {
    private static final AffinityRescorer INSTANCE = new AffinityRescorer();
    private static final Comparator<ScoreDoc> BY_DOC = Comparator.comparingInt(hit -> hit.doc);
    private static final Comparator<ScoreDoc> BEST_FIRST = (a, b) -> {
        int byScore = Float.compare(b.score, a.score);
        return byScore != 0 ? byScore : Integer.compare(a.doc, b.doc);
    };

    /** One rescoring on one shard. */
    static final class Context extends RescoreContext {
        private final Interests interests;
        private final float weight;

        Context(int windowSize, Interests interests, float weight) {
            super(windowSize, INSTANCE);
            this.interests = interests;
            this.weight = weight;
        }
    }

    /** Which documents were scored anew, for explain: a view, since most searches never ask. */
    private static final class Documents extends AbstractSet<Integer> {
        private final int[] ascending;

        Documents(ScoreDoc[] hits, int window) {
            ascending = new int[window];
            for (int i = 0; i < window; i++) {
                ascending[i] = hits[i].doc;
            }
        }

        @Override
        public boolean contains(Object doc) {
            return Arrays.binarySearch(ascending, (int) doc) >= 0;
        }

        @Override
        public Iterator<Integer> iterator() {
            return Arrays.stream(ascending).iterator();
        }

        @Override
        public int size() {
            return ascending.length;
        }
    }

    /** The vectors of one segment, of unit length, read by ascending document. */
    static final class SegmentVectors {
        private final FloatVectorValues values;
        private final KnnVectorValues.DocIndexIterator docs;
        private final boolean unit;

        private SegmentVectors(FloatVectorValues values, boolean unit) {
            this.values = values;
            this.docs = values.iterator();
            this.unit = unit;
        }

        /** Null when no document of the segment can have a vector of the interests' dimension. */
        static SegmentVectors open(LeafReaderContext leaf, Interests interests) throws IOException {
            FloatVectorValues values = leaf.reader().getFloatVectorValues(interests.field());
            if (values == null || values.dimension() != interests.dimension()) {
                return null;
            }
            VectorSimilarityFunction similarity = leaf.reader()
                .getFieldInfos()
                .fieldInfo(interests.field())
                .getVectorSimilarityFunction();
            return new SegmentVectors(values, similarity == VectorSimilarityFunction.DOT_PRODUCT);
        }

        /** Null when the document has none. The array is valid until the next call. */
        float[] vector(int doc) throws IOException {
            if (docs.docID() < doc) {
                docs.advance(doc);
            }
            if (docs.docID() != doc) {
                return null;
            }
            float[] vector = values.vectorValue(docs.index());
            // Fields of other types may hold vectors of any length.
            return unit ? vector : VectorUtil.l2normalize(vector.clone(), false);
        }
    }

    @Override
    public TopDocs rescore(TopDocs top, IndexSearcher searcher, RescoreContext rescoreContext) throws IOException {
        Context context = (Context) rescoreContext;
        int window = Math.min(context.getWindowSize(), top.scoreDocs.length);
        if (window == 0 || context.interests.isEmpty()) {
            return top;
        }
        ScoreDoc[] hits = top.scoreDocs.clone();
        Arrays.sort(hits, 0, window, BY_DOC);
        context.setRescoredDocs(new Documents(hits, window));
        score(hits, window, searcher.getIndexReader().leaves(), context);
        Arrays.sort(hits, 0, window, BEST_FIRST);
        // What lies below the window stays below it.
        for (int i = window; i < hits.length; i++) {
            hits[i].score = Math.min(hits[i].score, hits[i - 1].score);
        }
        return new TopDocs(top.totalHits, hits);
    }

    /** Scores hits in document order. */
    private static void score(ScoreDoc[] hits, int window, List<LeafReaderContext> leaves, Context context) throws IOException {
        int next = 0;
        for (LeafReaderContext leaf : leaves) {
            int end = leaf.docBase + leaf.reader().maxDoc();
            if (next == window || hits[next].doc >= end) {
                continue;
            }
            SegmentVectors vectors = SegmentVectors.open(leaf, context.interests);
            for (; next < window && hits[next].doc < end; next++) {
                float[] vector = vectors == null ? null : vectors.vector(hits[next].doc - leaf.docBase);
                if (vector != null) {
                    hits[next].score = Fusion.fuse(hits[next].score, context.interests.affinity(vector), context.weight);
                }
            }
        }
    }

    @Override
    public Explanation explain(int doc, IndexSearcher searcher, RescoreContext rescoreContext, Explanation relevance)
        throws IOException {
        Context context = (Context) rescoreContext;
        if (relevance.isMatch() == false || context.interests.isEmpty()) {
            return relevance;
        }
        if (context.isRescored(doc) == false) {
            String why = "affinity: below the window of " + context.getWindowSize() + ", whose lowest score is the most it can have";
            return Explanation.match(relevance.getValue(), why, relevance);
        }
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        SegmentVectors vectors = SegmentVectors.open(leaf, context.interests);
        float[] vector = vectors == null ? null : vectors.vector(doc - leaf.docBase);
        if (vector == null) {
            return Explanation.match(relevance.getValue(), "affinity: none, the item has no vector; the relevance stays", relevance);
        }
        float affinity = context.interests.affinity(vector);
        List<Explanation> why = context.interests.parts(vector).stream().map(AffinityRescorer::explain).toList();
        return Explanation.match(
            Fusion.fuse(relevance.getValue().floatValue(), affinity, context.weight),
            "affinity: relevance * exp(weight * affinity)",
            relevance,
            Explanation.match(context.weight, "weight"),
            Explanation.match(affinity, "affinity of the item, the best liked interest less the worst disliked", why)
        );
    }

    private static Explanation explain(Part part) {
        Aspect aspect = part.aspect();
        String kind = aspect.strength() > 0 ? "liked" : "disliked";
        return Explanation.match(
            part.match(),
            kind + " interest #" + aspect.number() + ", strength * cosine around the common taste; items like " + aspect.examples(),
            Explanation.match(aspect.strength(), "strength")
        );
    }
}
