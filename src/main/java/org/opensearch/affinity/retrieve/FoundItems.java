package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.rank.InterestVectors;
import org.opensearch.affinity.rank.InterestVectors.Aspect;
import org.opensearch.affinity.rank.InterestVectors.Part;

import java.io.IOException;
import java.util.List;

/** What {@link NearestItems} found in a shard, segment by segment. */
final class FoundItems extends Weight {
    private final InterestVectors interests;
    private final List<ScoredItems> found;
    private final float boost;

    /** @param found one for each segment, in their order */
    FoundItems(NearestItems query, InterestVectors interests, List<ScoredItems> found, float boost) {
        super(query);
        this.interests = interests;
        this.found = found;
        this.boost = boost;
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext leaf) {
        ScoredItems items = found.get(leaf.ord);
        return items.isEmpty() ? null : new DefaultScorerSupplier(items.scorer(boost));
    }

    /** What is among the nearest depends on all segments, so that no segment's part can be kept alone. */
    @Override
    public boolean isCacheable(LeafReaderContext leaf) {
        return false;
    }

    @Override
    public Explanation explain(LeafReaderContext leaf, int doc) throws IOException {
        float score = found.get(leaf.ord).score(doc);
        if (score == 0) {
            return Explanation.noMatch("not among the nearest items of this shard");
        }
        float[] vector = ItemVectorReader.open(leaf, interests.field(), interests.dimension()).vector(doc);
        List<Explanation> parts = interests.parts(vector).stream().map(FoundItems::explain).toList();
        return Explanation.match(
            score * boost,
            "boost * affinity of the item",
            Explanation.match(boost, "boost"),
            Explanation.match(score, "affinity: the best match less the worst with what is disliked", parts)
        );
    }

    private static Explanation explain(Part part) {
        Aspect aspect = part.aspect();
        String kind = aspect.strength() > 0 ? "like #" : "disliked #";
        return Explanation.match(
            part.match(),
            kind + aspect.number() + ", strength * cosine; " + aspect.examples(),
            Explanation.match(aspect.strength(), "strength")
        );
    }
}
