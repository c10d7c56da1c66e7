package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.rank.interest.AffinityExplanation;
import org.opensearch.affinity.rank.interest.InterestVectors;

import java.io.IOException;
import java.util.List;

/** The weight of {@link NearestItems}: the matches in all segments of a shard. */
final class FoundItems extends Weight {
    private final InterestVectors interests;
    private final List<ScoredItems> segments;
    private final float boost;

    /** @param segments the matches of each segment, in the order of the segments */
    FoundItems(NearestItems query, InterestVectors interests, List<ScoredItems> segments, float boost) {
        super(query);
        this.interests = interests;
        this.segments = segments;
        this.boost = boost;
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext leaf) {
        ScoredItems items = segments.get(leaf.ord);
        return items.isEmpty() ? null : new DefaultScorerSupplier(items.scorer(boost));
    }

    /** False: which items of a segment are among the nearest depends on the other segments. */
    @Override
    public boolean isCacheable(LeafReaderContext leaf) {
        return false;
    }

    @Override
    public Explanation explain(LeafReaderContext leaf, int doc) throws IOException {
        float affinity = segments.get(leaf.ord).score(doc);
        if (affinity == 0) {
            return Explanation.noMatch("not among the nearest items of this shard");
        }
        float[] vector = ItemVectorReader.open(leaf, interests.field(), interests.dimension()).vector(doc);
        return Explanation.match(
            affinity * boost,
            "boost * affinity",
            Explanation.match(boost, "boost"),
            AffinityExplanation.of(interests, vector, affinity)
        );
    }
}
