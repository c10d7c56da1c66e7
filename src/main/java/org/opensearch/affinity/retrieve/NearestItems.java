package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TimeLimitingKnnCollectorManager;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.SparseFixedBitSet;
import org.opensearch.affinity.rank.interest.InterestVector;
import org.opensearch.affinity.rank.interest.InterestVectors;
import org.opensearch.search.query.QueryPhase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Matches the items of one shard that are nearest to the interests, and scores them by {@link InterestVectors#affinity}, in (0, 1]. Items
 * whose affinity is not above 0 do not match.
 *
 * <p>The {@code k} places are divided among the liked interests in proportion to the fourth root of their strengths. Each interest finds
 * its items with {@link KnnFloatVectorQuery}, which walks the graph if the field has one, and else compares all vectors. So no interest
 * takes all places, and a weak one finds something too. An item that several interests find counts once, so fewer than {@code k} items may
 * match. The score depends on the document alone, not on page, shard or other hits.
 *
 * <p>The nearest items are searched in {@link #createWeight} and not in the rewrite, because the fetch phase rewrites the query again and
 * does not need them. They are searched once for a reader: {@code explain} makes a weight for each hit. The filter is evaluated once for
 * all interests. Thread-safe.
 */
final class NearestItems extends Query {
    private final InterestVectors interests;
    private final int k;
    private final float minSimilarity;
    private final Query filter;
    /** The last result; null before the first. Not part of the query's identity. */
    private volatile Found found;

    /** @param reader the key of the shard's reader that was searched; the reader itself would be kept open by it */
    private record Found(IndexReader.CacheKey reader, List<ScoredItems> segments) {}

    /**
     * @param interests     at least one
     * @param k             at least 1
     * @param minSimilarity minimum affinity of a match, from 0 to 1
     * @param filter        null for none; only items that match it are searched
     */
    NearestItems(InterestVectors interests, int k, float minSimilarity, Query filter) {
        this.interests = interests;
        this.k = k;
        this.minSimilarity = minSimilarity;
        this.filter = filter;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        try {
            return new FoundItems(this, interests, findOnce(searcher), boost);
        } catch (QueryPhase.TimeExceededException e) {
            // The searcher notices it too, with its first segment, and marks the answer as timed out. Thrown from here, it would fail.
            int leaves = searcher.getIndexReader().leaves().size();
            return new FoundItems(this, interests, Collections.nCopies(leaves, ScoredItems.NONE), boost);
        }
    }

    private List<ScoredItems> findOnce(IndexSearcher searcher) throws IOException {
        IndexReader.CacheHelper helper = searcher.getIndexReader().getReaderCacheHelper();
        Found last = found;
        if (helper == null || last == null || last.reader != helper.getKey()) {
            last = new Found(helper == null ? null : helper.getKey(), find(searcher));
            found = last;
        }
        return last.segments;
    }

    private List<ScoredItems> find(IndexSearcher searcher) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        requireDimension(leaves);
        BitSet candidates = candidates(searcher);
        List<ScoredItems> segments = new ArrayList<>(leaves.size());
        for (LeafReaderContext leaf : leaves) {
            SearchInterruption.check(leaf);
            segments.add(ScoredItems.of(leaf, candidates, interests, minSimilarity));
        }
        return segments;
    }

    /** The check for fields whose dimension {@link NearestQueryBuilder} cannot read from the mapping. */
    private void requireDimension(List<LeafReaderContext> leaves) {
        int other = interests.otherDimension(leaves);
        if (other != 0) {
            throw new IllegalArgumentException(NearestQueryBuilder.otherDimension(interests, other));
        }
    }

    /** The documents of the shard that the liked interests find. */
    private BitSet candidates(IndexSearcher searcher) throws IOException {
        BitSet candidates = new SparseFixedBitSet(Math.max(1, searcher.getIndexReader().maxDoc()));
        List<InterestVector> liked = interests.vectors().stream().filter(InterestVector::isLiked).toList();
        double total = liked.stream().mapToDouble(NearestItems::weight).sum();
        Query evaluated = filter == null || liked.size() < 2 ? filter : MatchedDocuments.of(filter, searcher);
        double weight = 0;
        int given = 0;
        for (InterestVector interest : liked) {
            weight += weight(interest);
            // The cumulative sum is rounded, not each share, so that the shares sum to k.
            int share = (int) Math.round(k * weight / total) - given;
            if (share > 0) {
                add(new Nearest(interests.field(), interest.direction(), share, evaluated), searcher, candidates);
                given += share;
            }
        }
        return candidates;
    }

    /** An interest with a sixteenth of the strength finds half as many items; the strength itself is in their scores. */
    private static double weight(InterestVector interest) {
        return Math.sqrt(Math.sqrt(interest.strength()));
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

    private static void add(Query nearest, IndexSearcher searcher, BitSet candidates) throws IOException {
        Weight weight = searcher.rewrite(nearest).createWeight(searcher, ScoreMode.COMPLETE_NO_SCORES, 1f);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Scorer scorer = weight.scorer(leaf);
            if (scorer != null) {
                DocIdSetIterator docs = scorer.iterator();
                while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    candidates.set(leaf.docBase + docs.docID());
                }
            }
        }
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(interests.field())) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public String toString(String field) {
        return "NearestItems[" + interests.field() + ", " + interests.vectors().size() + " interests, k=" + k + ", filter=" + filter + "]";
    }

    @Override
    public boolean equals(Object o) {
        return sameClassAs(o) && equalTo((NearestItems) o);
    }

    private boolean equalTo(NearestItems other) {
        return interests.equals(other.interests)
            && k == other.k
            && minSimilarity == other.minSimilarity
            && Objects.equals(filter, other.filter);
    }

    @Override
    public int hashCode() {
        return Objects.hash(classHash(), interests, k, minSimilarity, filter);
    }
}
