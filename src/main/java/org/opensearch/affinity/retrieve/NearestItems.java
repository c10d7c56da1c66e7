package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.SparseFixedBitSet;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.rank.interest.AffinityExplanation;
import org.opensearch.affinity.rank.interest.InterestVectors;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Matches the items of one shard that are nearest to given vectors, see {@link NearestDocuments}, and scores them by
 * {@link InterestVectors#affinity}, in (0, 1]. Items whose affinity is not above 0 do not match. An item that several vectors find counts
 * once, so fewer than {@code k} items may match. The score depends on the document alone, not on page, shard or other hits. Thread-safe.
 */
final class NearestItems extends RetrievedItems {
    private final InterestVectors interests;
    private final int k;
    private final float minSimilarity;
    private final Query filter;

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
    List<ScoredItems> find(IndexSearcher searcher) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        requireDimension(interests, leaves);
        BitSet candidates = new SparseFixedBitSet(Math.max(1, searcher.getIndexReader().maxDoc()));
        new NearestDocuments(interests, k, filter).find(searcher, candidates::set);
        List<ScoredItems> segments = new ArrayList<>(leaves.size());
        for (LeafReaderContext leaf : leaves) {
            SearchInterruption.check(leaf);
            segments.add(ScoredItems.of(leaf, candidates, interests, minSimilarity));
        }
        return segments;
    }

    /** The check for fields whose dimension {@link NearestQueryBuilder} cannot read from the mapping. */
    static void requireDimension(InterestVectors interests, List<LeafReaderContext> leaves) {
        int other = interests.otherDimension(leaves);
        if (other != 0) {
            throw new IllegalArgumentException(NearestQueryBuilder.otherDimension(interests, other));
        }
    }

    @Override
    String scoreName() {
        return "affinity";
    }

    @Override
    Explanation explain(LeafReaderContext leaf, int doc, float score) throws IOException {
        float[] vector = ItemVectorReader.open(leaf, interests.field(), interests.dimension()).vector(doc);
        return AffinityExplanation.of(interests, vector, score);
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
