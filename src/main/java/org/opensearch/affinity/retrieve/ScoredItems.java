package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitSet;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.rank.interest.InterestVectors;

import java.io.IOException;
import java.util.Arrays;

/**
 * The matches of one segment. Immutable; callers must not change the arrays.
 *
 * @param docs   numbers in the segment, ascending
 * @param scores affinities of the documents, in (0, 1], before the boost
 */
record ScoredItems(int[] docs, float[] scores) {
    static final ScoredItems NONE = new ScoredItems(new int[0], new float[0]);

    /**
     * The candidates of a segment whose affinity is above 0 and at least the minimum.
     *
     * @param candidates    documents of the shard
     * @param minSimilarity minimum affinity, from 0 to 1
     */
    static ScoredItems of(LeafReaderContext leaf, BitSet candidates, InterestVectors interests, float minSimilarity) throws IOException {
        ItemVectorReader vectors = ItemVectorReader.open(leaf, interests.field(), interests.dimension());
        if (vectors == null) {
            return NONE;
        }
        int end = leaf.docBase + leaf.reader().maxDoc();
        int[] docs = new int[16];
        float[] scores = new float[16];
        int size = 0;
        for (int doc = nextCandidate(candidates, leaf.docBase, end); doc < end; doc = nextCandidate(candidates, doc + 1, end)) {
            float[] vector = vectors.vector(doc - leaf.docBase);
            float affinity = vector == null ? 0 : interests.affinity(vector);
            if (affinity > 0 && affinity >= minSimilarity) {
                docs = ArrayUtil.grow(docs, size + 1);
                scores = ArrayUtil.growExact(scores, docs.length);
                docs[size] = doc - leaf.docBase;
                scores[size] = affinity;
                size++;
            }
        }
        return new ScoredItems(Arrays.copyOf(docs, size), Arrays.copyOf(scores, size));
    }

    /** The first candidate in {@code [from, end)}; {@code end} or more if there is none. */
    private static int nextCandidate(BitSet candidates, int from, int end) {
        return from < end ? candidates.nextSetBit(from, end) : end;
    }

    boolean isEmpty() {
        return docs.length == 0;
    }

    /** The score of a document, before the boost; 0 if it does not match. */
    float score(int doc) {
        int index = Arrays.binarySearch(docs, doc);
        return index < 0 ? 0 : scores[index];
    }

    Scorer scorer(float boost) {
        return new ItemScorer(boost);
    }

    private float highest() {
        float highest = 0;
        for (float score : scores) {
            highest = Math.max(highest, score);
        }
        return highest;
    }

    private final class ItemScorer extends Scorer {
        private final float boost;
        private final float highest = highest();
        private final Documents iterator = new Documents();

        ItemScorer(float boost) {
            this.boost = boost;
        }

        @Override
        public int docID() {
            return iterator.docID();
        }

        @Override
        public DocIdSetIterator iterator() {
            return iterator;
        }

        @Override
        public float getMaxScore(int upTo) {
            return highest * boost;
        }

        @Override
        public float score() {
            return scores[iterator.index] * boost;
        }
    }

    private final class Documents extends DocIdSetIterator {
        /** Index of the current document; -1 before the first, the number of documents after the last. */
        private int index = -1;

        @Override
        public int docID() {
            if (index < 0) {
                return -1;
            }
            return index < docs.length ? docs[index] : NO_MORE_DOCS;
        }

        @Override
        public int nextDoc() {
            index++;
            return docID();
        }

        @Override
        public int advance(int target) {
            int found = Arrays.binarySearch(docs, index + 1, docs.length, target);
            index = found < 0 ? -1 - found : found;
            return docID();
        }

        @Override
        public long cost() {
            return docs.length;
        }
    }
}
