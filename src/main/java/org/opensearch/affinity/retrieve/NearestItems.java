package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.SparseFixedBitSet;
import org.opensearch.affinity.rank.InterestVectors;
import org.opensearch.affinity.rank.InterestVectors.Aspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The items of one shard that are nearest to a person's interests, scored by {@link InterestVectors#affinity}, in (0, 1]. What the
 * affinity brings to 0 does not match.
 *
 * <p>Which items: each liked interest finds as many as the fourth root of its strength gives it of {@code k}, by Lucene's own
 * {@link KnnFloatVectorQuery}, which walks the graph where there is one and else compares all vectors. So no interest can
 * fill the {@code k} places alone, however many items lie close to it. Order among the found is by score alone, which
 * knows nothing but the document: it does not depend on page, shard or the other hits. The root lets a lesser interest
 * find something too. An item that several interests find counts once, so fewer than {@code k} may match.
 *
 * <p>The search is done when a weight is made and not in a rewrite: the fetch phase of another shard's winners rewrites
 * the query too, and needs no search.
 */
final class NearestItems extends Query {
    private final InterestVectors interests;
    private final int k;
    private final float minSimilarity;
    private final Query filter;

    /**
     * @param k             at least 1
     * @param minSimilarity the least affinity of a match
     * @param filter        null for none; applied before the nearest are found
     */
    NearestItems(InterestVectors interests, int k, float minSimilarity, Query filter) {
        this.interests = interests;
        this.k = k;
        this.minSimilarity = minSimilarity;
        this.filter = filter;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        requireDimension(leaves);
        BitSet candidates = candidates(searcher);
        List<ScoredItems> found = new ArrayList<>(leaves.size());
        for (LeafReaderContext leaf : leaves) {
            found.add(ScoredItems.of(leaf, candidates, interests, minSimilarity));
        }
        return new FoundItems(this, interests, found, boost);
    }

    private void requireDimension(List<LeafReaderContext> leaves) {
        for (LeafReaderContext leaf : leaves) {
            FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(interests.field());
            int dimension = info == null ? 0 : info.getVectorDimension();
            if (dimension != 0 && dimension != interests.dimension()) {
                throw new IllegalArgumentException(
                    "field ["
                        + interests.field()
                        + "] has dimension ["
                        + dimension
                        + "], the vector searched for ["
                        + interests.dimension()
                        + "]: was it another model?"
                );
            }
        }
    }

    /** The documents that the liked interests find, numbered as in the whole shard. */
    private BitSet candidates(IndexSearcher searcher) throws IOException {
        BitSet candidates = new SparseFixedBitSet(Math.max(1, searcher.getIndexReader().maxDoc()));
        List<Aspect> liked = interests.aspects().stream().filter(aspect -> aspect.strength() > 0).toList();
        double total = liked.stream().mapToDouble(NearestItems::weight).sum();
        double strength = 0;
        int given = 0;
        for (Aspect aspect : liked) {
            strength += weight(aspect);
            // Rounding what is given so far, and not each share, makes the shares add up to k.
            int quota = (int) Math.round(k * strength / total) - given;
            if (quota > 0) {
                add(new KnnFloatVectorQuery(interests.field(), aspect.direction(), quota, filter), searcher, candidates);
                given += quota;
            }
        }
        return candidates;
    }

    /** A sixteenth of the strength finds half as many items: what is found is scored by strength anyway. */
    private static double weight(Aspect aspect) {
        return Math.sqrt(Math.sqrt(aspect.strength()));
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
        return "NearestItems[" + interests.field() + ", " + interests.aspects().size() + " interests, k=" + k + ", filter=" + filter + "]";
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
