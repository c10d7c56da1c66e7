package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorerSupplier;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

import java.io.IOException;
import java.util.Objects;

/** Matches what a query for items matches, with a constant score, and shows the number of items in place of their ids. Immutable. */
final class CountedItems extends Query {
    private final String field;
    private final int count;
    private final Query items;

    CountedItems(String field, int count, Query items) {
        this.field = field;
        this.count = count;
        this.items = items;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        IndexSearcher quiet = QuietSearcher.of(searcher);
        quiet.setQueryCache(null);
        Weight matches = quiet.createWeight(quiet.rewrite(items), ScoreMode.COMPLETE_NO_SCORES, 1);
        return new ConstantScoreWeight(this, boost) {
            @Override
            public ScorerSupplier scorerSupplier(LeafReaderContext leaf) throws IOException {
                ScorerSupplier found = matches.scorerSupplier(leaf);
                return found == null ? null : new ConstantScoreScorerSupplier(score(), scoreMode, leaf.reader().maxDoc()) {
                    @Override
                    public DocIdSetIterator iterator(long leadCost) throws IOException {
                        return found.get(leadCost).iterator();
                    }

                    @Override
                    public long cost() {
                        return found.cost();
                    }
                };
            }

            @Override
            public boolean isCacheable(LeafReaderContext leaf) {
                return matches.isCacheable(leaf);
            }
        };
    }

    @Override
    public void visit(QueryVisitor visitor) {
        visitor.visitLeaf(this);
    }

    @Override
    public String toString(String defaultField) {
        return "CountedItems[" + field + ", " + count + " items]";
    }

    @Override
    public boolean equals(Object o) {
        return sameClassAs(o) && items.equals(((CountedItems) o).items);
    }

    @Override
    public int hashCode() {
        return Objects.hash(classHash(), items);
    }
}
