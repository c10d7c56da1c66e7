package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorerSupplier;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The documents of one shard that a filter matches, as bit sets: several searches with the same filter evaluate it once. Equal to itself
 * only. Immutable.
 */
final class MatchedDocuments extends Query {
    private final Query filter;
    /** By segment; null for a segment without a match. */
    private final List<BitSet> segments;

    private MatchedDocuments(Query filter, List<BitSet> segments) {
        this.filter = filter;
        this.segments = segments;
    }

    static MatchedDocuments of(Query filter, IndexSearcher searcher) throws IOException {
        Weight weight = searcher.createWeight(searcher.rewrite(filter), ScoreMode.COMPLETE_NO_SCORES, 1f);
        List<BitSet> segments = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            SearchInterruption.check(leaf);
            Scorer scorer = weight.scorer(leaf);
            segments.add(scorer == null ? null : BitSet.of(scorer.iterator(), leaf.reader().maxDoc()));
        }
        return new MatchedDocuments(filter, segments);
    }

    /** The number of documents, deleted ones included. */
    int size() {
        return segments.stream().filter(Objects::nonNull).mapToInt(BitSet::cardinality).sum();
    }

    /** @param doc number in the segment */
    boolean contains(LeafReaderContext leaf, int doc) {
        BitSet documents = segments.get(leaf.ord);
        return documents != null && documents.get(doc);
    }

    /** The documents of a segment, by number in the segment. */
    DocIdSetIterator documents(LeafReaderContext leaf) {
        BitSet documents = segments.get(leaf.ord);
        return documents == null ? DocIdSetIterator.empty() : new BitSetIterator(documents, documents.approximateCardinality());
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
        return new ConstantScoreWeight(this, boost) {
            @Override
            public ScorerSupplier scorerSupplier(LeafReaderContext leaf) {
                if (segments.get(leaf.ord) == null) {
                    return null;
                }
                return ConstantScoreScorerSupplier.fromIterator(documents(leaf), score(), scoreMode, leaf.reader().maxDoc());
            }

            @Override
            public boolean isCacheable(LeafReaderContext leaf) {
                return false;
            }
        };
    }

    @Override
    public void visit(QueryVisitor visitor) {
        visitor.visitLeaf(this);
    }

    @Override
    public String toString(String field) {
        return "MatchedDocuments[" + filter + "]";
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
