package org.opensearch.affinity.rescore;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.opensearch.affinity.rank.interest.DimensionWarnings;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RepeatItems;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.SignalScorer;
import org.opensearch.common.lease.Releasable;
import org.opensearch.search.rescore.RescoreContext;
import org.opensearch.search.rescore.Rescorer;

import java.io.IOException;
import java.util.List;

/**
 * Rescores the window of one shard: computes the merit of each document from its vector and signals, fuses it with the relevance, and
 * sorts. Stateless; what belongs to a search is in the {@link Context}.
 */
final class AffinityRescorer implements Rescorer {
    private static final AffinityRescorer INSTANCE = new AffinityRescorer();

    /** One rescoring on one shard, from the query phase to the fetch phase. */
    static final class Context extends RescoreContext {
        private final Scoring scoring;
        private final ItemSignals signals;
        private final RepeatItems repeatItems;
        private final boolean why;
        private final RankNode node;
        /** The scorer of the last hit that was fetched, its segment and its document; null before the first. */
        private SignalScorer fetching;
        private LeafReaderContext fetchedLeaf;
        private int fetchedDoc;

        /** @param why whether reasons are added to hits, see {@link ReasonsFetchSubPhase} */
        Context(int windowSize, Scoring scoring, ItemSignals signals, RepeatItems repeatItems, boolean why, RankNode node) {
            super(windowSize, INSTANCE);
            this.node = node;
            this.scoring = scoring;
            this.signals = signals;
            this.repeatItems = repeatItems;
            this.why = why;
        }

        boolean asksWhy() {
            return why;
        }

        Scoring scoring() {
            return scoring;
        }

        /** A new scorer of one segment's documents, which takes them in ascending order. */
        SignalScorer scorer(LeafReaderContext leaf) throws IOException {
            return SignalScorer.open(leaf, scoring, signals, repeatItems, node.distances());
        }

        /**
         * A scorer that has not passed a document yet. Hits that come in document order share one for each segment. For the fetch phase,
         * which is one thread.
         */
        SignalScorer scorer(LeafReaderContext leaf, int doc) throws IOException {
            if (fetching == null || fetchedLeaf != leaf || doc < fetchedDoc) {
                fetching = scorer(leaf);
                fetchedLeaf = leaf;
            }
            fetchedDoc = doc;
            return fetching;
        }
    }

    @Override
    public TopDocs rescore(TopDocs top, IndexSearcher searcher, RescoreContext rescoreContext) throws IOException {
        Context context = (Context) rescoreContext;
        int window = Math.min(context.getWindowSize(), top.scoreDocs.length);
        if (window == 0 || context.scoring.isEmpty() || context.scoring.logsSignals()) {
            return top;
        }
        DimensionWarnings.ofItems(context.scoring.interests(), searcher.getIndexReader().leaves());
        context.signals.warn();
        long began = System.nanoTime();
        ScoreDoc[] hits = top.scoreDocs.clone();
        HitSorter.byDocument(hits, window);
        int[] docs = documents(hits, window);
        try (Releasable model = context.signals.hold()) {
            score(hits, window, searcher.getIndexReader().leaves(), context);
        }
        // The sort is stable and hits are in document order, so of equal scores the lower document comes first.
        HitSorter.bestFirst(hits, window);
        if (context.scoring.diversity() > 0) {
            MarginalRelevance.diversify(hits, window, searcher.getIndexReader().leaves(), context.scoring);
        }
        float lowest = hits[window - 1].score;
        lowerBelowWindow(hits, window, lowest);
        context.setRescoredDocs(new RescoredDocuments(docs, lowest));
        context.node.meter().rescored(window, System.nanoTime() - began);
        return new TopDocs(top.totalHits, hits);
    }

    private static int[] documents(ScoreDoc[] hits, int window) {
        int[] docs = new int[window];
        for (int i = 0; i < window; i++) {
            docs[i] = hits[i].doc;
        }
        return docs;
    }

    /** @param hits of which those in the window are in document order */
    private static void score(ScoreDoc[] hits, int window, List<LeafReaderContext> leaves, Context context) throws IOException {
        int next = 0;
        for (LeafReaderContext leaf : leaves) {
            int end = leaf.docBase + leaf.reader().maxDoc();
            if (next == window || hits[next].doc >= end) {
                continue;
            }
            SignalScorer scorer = context.scorer(leaf);
            for (; next < window && hits[next].doc < end; next++) {
                double merit = scorer.merit(hits[next].doc - leaf.docBase);
                hits[next].score = context.scoring.fusion().fuse(hits[next].score, merit);
            }
        }
    }

    /** Hits below the window must not be above it after rescoring, so they get at most the window's lowest score. */
    private static void lowerBelowWindow(ScoreDoc[] hits, int window, float lowest) {
        for (int i = window; i < hits.length; i++) {
            hits[i].score = Math.min(hits[i].score, lowest);
        }
    }

    /**
     * Explains the score of a document in the window, or its limit below the window. With diversity it is the score before the penalty,
     * which depends on other hits.
     */
    @Override
    public Explanation explain(int doc, IndexSearcher searcher, RescoreContext rescoreContext, Explanation relevance)
        throws IOException {
        Context context = (Context) rescoreContext;
        if (relevance.isMatch() == false || context.scoring.isEmpty() || context.scoring.logsSignals()) {
            return relevance;
        }
        if (context.isRescored(doc) == false) {
            return explainBelowWindow(relevance, context);
        }
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        Explanation merit = context.scorer(leaf, doc - leaf.docBase).explain(doc - leaf.docBase);
        float score = context.scoring.fusion().fuse(relevance.getValue().floatValue(), merit.getValue().doubleValue());
        String formula = "affinity: " + context.scoring.fusion().formula(score);
        if (context.scoring.diversity() > 0) {
            formula += ", before the diversity penalty";
        }
        return Explanation.match(score, formula, relevance, merit);
    }

    private static Explanation explainBelowWindow(Explanation relevance, Context context) {
        float lowest = RescoredDocuments.lowest(context.getRescoredDocs());
        String text = "affinity: below the window of " + context.getWindowSize() + " documents, at most the lowest score in the window";
        Explanation limit = Explanation.match(lowest, "lowest score in the window");
        return Explanation.match(Math.min(relevance.getValue().floatValue(), lowest), text, relevance, limit);
    }
}
