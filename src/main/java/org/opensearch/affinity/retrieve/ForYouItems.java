package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitSet;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RepeatItems;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.SignalScorer;
import org.opensearch.common.lease.Releasable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Matches the best items of one shard for a user. {@link CandidateSources} find candidates; if the filter leaves no more documents than
 * there are places, all of them are candidates. Each is scored as the rescorer scores it with the score mode {@code replace}, and the
 * {@code k} with the highest scores match; of equal scores the lower document. The score depends on user and document alone, not on page,
 * shard or other hits. Thread-safe.
 */
final class ForYouItems extends RetrievedItems {
    /** Inverts the document in the upper half of a number. */
    private static final long DOCUMENT = (long) Integer.MAX_VALUE << Integer.SIZE;

    private final Scoring scoring;
    private final KnnParameters parameters;
    private final int places;
    private final Query filter;
    private final CandidateSources sources;
    private final Signals signals;

    /** What scores documents on this shard. */
    record Signals(ItemSignals items, RepeatItems repeats, RankNode node) {}

    /**
     * @param parameters their filter is not used
     * @param places     the largest number of candidates
     * @param filter     null for none; only items that match it are searched
     */
    ForYouItems(Scoring scoring, KnnParameters parameters, int places, Query filter, CandidateSources sources, Signals signals) {
        this.scoring = scoring;
        this.parameters = parameters;
        this.places = places;
        this.filter = filter;
        this.sources = sources;
        this.signals = signals;
    }

    @Override
    List<ScoredItems> find(IndexSearcher searcher) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        if (scoring.interests().isEmpty() == false) {
            NearestItems.requireDimension(scoring.interests(), leaves);
        }
        if (scoring.logsSignals() == false) {
            signals.items.warn();
        }
        Candidates candidates = new Candidates(searcher, filter == null ? null : MatchedDocuments.of(filter, searcher));
        try (Releasable model = signals.items.hold()) {
            if (candidates.largestSize() <= places) {
                candidates.addAll();
            } else {
                sources.fill(candidates, places, parameters.k());
            }
            return bySegment(best(candidates, leaves), leaves);
        }
    }

    /** The best documents as {@link #bySegment} takes them. */
    private long[] best(Candidates candidates, List<LeafReaderContext> leaves) throws IOException {
        long[] scored = new long[candidates.size()];
        int size = 0;
        for (LeafReaderContext leaf : leaves) {
            SearchInterruption interruption = new SearchInterruption(leaf);
            SignalScorer scorer = null;
            BitSet documents = candidates.documents();
            int end = leaf.docBase + leaf.reader().maxDoc();
            for (int doc = next(documents, leaf.docBase, end); doc < end; doc = next(documents, doc + 1, end)) {
                interruption.shouldExit();
                scorer = scorer == null ? scorer(leaf) : scorer;
                if (isSimilarEnough(scorer, doc - leaf.docBase)) {
                    scored[size++] = encode(doc, scoring.fusion().fuse(0, scorer.merit(doc - leaf.docBase)));
                }
            }
        }
        Arrays.sort(scored, 0, size);
        long[] best = ArrayUtil.copyOfSubArray(scored, Math.max(0, size - parameters.k()), size);
        // From (score, document) to (document, score).
        Arrays.setAll(best, i -> Long.rotateLeft(best[i], Integer.SIZE) ^ DOCUMENT);
        Arrays.sort(best);
        return best;
    }

    private static int next(BitSet documents, int from, int end) {
        return from < end ? documents.nextSetBit(from, end) : end;
    }

    private boolean isSimilarEnough(SignalScorer scorer, int doc) throws IOException {
        return parameters.minSimilarity() == 0 || scorer.affinity(doc) >= parameters.minSimilarity();
    }

    /** Positive floats are in the order of their bits. Of equal scores the lower document has the larger number. */
    private static long encode(int doc, float score) {
        return (long) Float.floatToIntBits(score) << Integer.SIZE | Integer.MAX_VALUE - doc;
    }

    /** @param best in ascending order: the upper half is the document, the lower half the bits of its score */
    private static List<ScoredItems> bySegment(long[] best, List<LeafReaderContext> leaves) {
        List<ScoredItems> segments = new ArrayList<>(leaves.size());
        int next = 0;
        for (LeafReaderContext leaf : leaves) {
            int first = next;
            long end = (long) (leaf.docBase + leaf.reader().maxDoc()) << Integer.SIZE;
            while (next < best.length && best[next] < end) {
                next++;
            }
            int[] docs = new int[next - first];
            float[] scores = new float[next - first];
            for (int i = 0; i < docs.length; i++) {
                docs[i] = (int) (best[first + i] >>> Integer.SIZE) - leaf.docBase;
                scores[i] = Float.intBitsToFloat((int) best[first + i]);
            }
            segments.add(docs.length == 0 ? ScoredItems.NONE : new ScoredItems(docs, scores));
        }
        return segments;
    }

    private SignalScorer scorer(LeafReaderContext leaf) throws IOException {
        return SignalScorer.open(leaf, scoring, signals.items, signals.repeats, signals.node.distances());
    }

    @Override
    String scoreName() {
        return "score";
    }

    @Override
    Explanation explain(LeafReaderContext leaf, int doc, float score) throws IOException {
        return Explanation.match(score, "affinity: " + scoring.fusion().formula(score), scorer(leaf).explain(doc));
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(scoring.interests().field())) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public String toString(String field) {
        return "ForYouItems["
            + scoring.interests().field()
            + ", "
            + scoring.interests().vectors().size()
            + " interests, "
            + scoring.signals().size()
            + " signals, k="
            + parameters.k()
            + ", candidates="
            + places
            + ", filter="
            + filter
            + "]";
    }

    @Override
    public boolean equals(Object o) {
        return sameClassAs(o) && equalTo((ForYouItems) o);
    }

    private boolean equalTo(ForYouItems other) {
        return scoring.equals(other.scoring)
            && parameters.equals(other.parameters)
            && places == other.places
            && Objects.equals(filter, other.filter);
    }

    @Override
    public int hashCode() {
        return Objects.hash(classHash(), scoring, parameters, places, filter);
    }
}
