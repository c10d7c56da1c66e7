package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

import java.io.IOException;
import java.util.List;

/** The weight of {@link RetrievedItems}: the matches in all segments of a shard. */
final class FoundItems extends Weight {
    private final RetrievedItems query;
    private final List<ScoredItems> segments;
    private final float boost;

    /** @param segments the matches of each segment, in the order of the segments */
    FoundItems(RetrievedItems query, List<ScoredItems> segments, float boost) {
        super(query);
        this.query = query;
        this.segments = segments;
        this.boost = boost;
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext leaf) {
        ScoredItems items = segments.get(leaf.ord);
        return items.isEmpty() ? null : new DefaultScorerSupplier(items.scorer(boost));
    }

    /** False: which items of a segment are found depends on the other segments. */
    @Override
    public boolean isCacheable(LeafReaderContext leaf) {
        return false;
    }

    @Override
    public Explanation explain(LeafReaderContext leaf, int doc) throws IOException {
        float score = segments.get(leaf.ord).score(doc);
        if (score == 0) {
            return Explanation.noMatch("not among the items that were found on this shard");
        }
        return Explanation.match(
            score * boost,
            "boost * " + query.scoreName(),
            Explanation.match(boost, "boost"),
            query.explain(leaf, doc, score)
        );
    }
}
