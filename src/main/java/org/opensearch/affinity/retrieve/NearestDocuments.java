package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TimeLimitingKnnCollectorManager;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.Weight;
import org.opensearch.affinity.rank.interest.InterestVector;
import org.opensearch.affinity.rank.interest.InterestVectors;

import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The documents of one shard that are nearest to the liked interests. Places are divided among the interests in proportion to the fourth
 * root of their strengths. Each interest finds its documents with {@link KnnFloatVectorQuery}, which walks the graph if the field has one,
 * and else compares all vectors. So no interest takes all places, and a weak one finds something too.
 *
 * @param interests vectors that are searched with
 * @param places    number of documents; a document that several interests find takes a place of each
 * @param filter    null for none; only documents that match it are searched
 */
record NearestDocuments(InterestVectors interests, int places, Query filter) {
    /**
     * Finds the documents. The filter is evaluated once for all interests.
     *
     * @param found gets the numbers of the documents in the shard, in no order; a document may come several times
     */
    void find(IndexSearcher searcher, IntConsumer found) throws IOException {
        List<InterestVector> liked = interests.vectors().stream().filter(InterestVector::isLiked).toList();
        double total = liked.stream().mapToDouble(NearestDocuments::weight).sum();
        boolean once = filter == null || filter instanceof MatchedDocuments || liked.size() < 2;
        Query evaluated = once ? filter : MatchedDocuments.of(filter, searcher);
        double weight = 0;
        int given = 0;
        for (InterestVector interest : liked) {
            weight += weight(interest);
            // The cumulative sum is rounded, not each share, so that the shares sum to all places.
            int share = (int) Math.round(places * weight / total) - given;
            if (share > 0) {
                find(new Nearest(interests.field(), interest.direction(), share, evaluated), searcher, found);
                given += share;
            }
        }
    }

    /** An interest with a sixteenth of the strength finds half as many items; the strength itself is in their scores. */
    private static double weight(InterestVector interest) {
        return Math.sqrt(Math.sqrt(interest.strength()));
    }

    private static void find(Query nearest, IndexSearcher searcher, IntConsumer found) throws IOException {
        Weight weight = searcher.rewrite(nearest).createWeight(searcher, ScoreMode.COMPLETE_NO_SCORES, 1f);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Scorer scorer = weight.scorer(leaf);
            if (scorer != null) {
                DocIdSetIterator docs = scorer.iterator();
                while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    found.accept(leaf.docBase + docs.docID());
                }
            }
        }
    }

    /** A search that stops when the whole search must stop. */
    private static final class Nearest extends KnnFloatVectorQuery {
        Nearest(String field, float[] target, int k, Query filter) {
            super(field, target, k, filter);
        }

        @Override
        protected TopDocs searchLeaf(LeafReaderContext leaf, Weight filterWeight, TimeLimitingKnnCollectorManager collectors)
            throws IOException {
            SearchInterruption.check(leaf);
            return super.searchLeaf(leaf, filterWeight, new TimeLimitingKnnCollectorManager(collectors, new SearchInterruption(leaf)));
        }
    }
}
