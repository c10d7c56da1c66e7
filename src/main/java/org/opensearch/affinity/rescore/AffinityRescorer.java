package org.opensearch.affinity.rescore;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RepeatItems;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.SignalScorer;
import org.opensearch.search.rescore.RescoreContext;
import org.opensearch.search.rescore.Rescorer;

import java.io.IOException;
import java.util.List;

/**
 * Scores the window of one shard anew: reads each document's vector and signals, compares the vector with the interests,
 * fuses. A document without a vector has the affinity 0. Stateless.
 */
final class AffinityRescorer implements Rescorer {
    private static final AffinityRescorer INSTANCE = new AffinityRescorer();

    /** One rescoring on one shard. */
    static final class Context extends RescoreContext {
        private final Scoring scoring;
        private final ItemSignals signals;
        private final RepeatItems own;
        private final boolean why;
        private final RankNode node;

        /** @param why whether hits are to say why they stand where they stand */
        Context(int windowSize, Scoring scoring, ItemSignals signals, RepeatItems own, boolean why, RankNode node) {
            super(windowSize, INSTANCE);
            this.node = node;
            this.scoring = scoring;
            this.signals = signals;
            this.own = own;
            this.why = why;
        }

        boolean asksWhy() {
            return why;
        }

        Scoring scoring() {
            return scoring;
        }

        SignalScorer merit(LeafReaderContext leaf) throws IOException {
            return SignalScorer.open(leaf, scoring, signals, own, node.distances());
        }
    }

    @Override
    public TopDocs rescore(TopDocs top, IndexSearcher searcher, RescoreContext rescoreContext) throws IOException {
        Context context = (Context) rescoreContext;
        int window = Math.min(context.getWindowSize(), top.scoreDocs.length);
        if (window == 0 || context.scoring.isEmpty() || context.scoring.learning()) {
            return top;
        }
        long began = System.nanoTime();
        ScoreDoc[] hits = top.scoreDocs.clone();
        HitSorter.byDocument(hits, window);
        int[] docs = documents(hits, window);
        score(hits, window, searcher.getIndexReader().leaves(), context);
        // They are in document order, so of equal scores the lower document comes first.
        HitSorter.bestFirst(hits, window);
        if (context.scoring.diversity() > 0) {
            MarginalRelevance.spread(hits, window, searcher.getIndexReader().leaves(), context.scoring);
        }
        // What lies below the window stays below it.
        float lowest = hits[window - 1].score;
        for (int i = window; i < hits.length; i++) {
            hits[i].score = Math.min(hits[i].score, lowest);
        }
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

    /** Scores hits in document order. */
    private static void score(ScoreDoc[] hits, int window, List<LeafReaderContext> leaves, Context context) throws IOException {
        int next = 0;
        for (LeafReaderContext leaf : leaves) {
            int end = leaf.docBase + leaf.reader().maxDoc();
            if (next == window || hits[next].doc >= end) {
                continue;
            }
            SignalScorer merit = context.merit(leaf);
            for (; next < window && hits[next].doc < end; next++) {
                hits[next].score = context.scoring.fusion().fuse(hits[next].score, merit.of(hits[next].doc - leaf.docBase));
            }
        }
    }

    @Override
    public Explanation explain(int doc, IndexSearcher searcher, RescoreContext rescoreContext, Explanation relevance)
        throws IOException {
        Context context = (Context) rescoreContext;
        if (relevance.isMatch() == false || context.scoring.isEmpty()) {
            return relevance;
        }
        if (context.isRescored(doc) == false) {
            float lowest = RescoredDocuments.lowest(context.getRescoredDocs());
            String why = "affinity: below the window of " + context.getWindowSize() + ", at most the lowest score in it";
            Explanation most = Explanation.match(lowest, "lowest score in the window");
            return Explanation.match(Math.min(relevance.getValue().floatValue(), lowest), why, relevance, most);
        }
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        SignalScorer merit = context.merit(leaf);
        Explanation why = merit.explain(doc - leaf.docBase);
        float score = context.scoring.fusion().fuse(relevance.getValue().floatValue(), why.getValue().doubleValue());
        String formula = "affinity: " + context.scoring.fusion().formula();
        if (context.scoring.diversity() > 0) {
            formula += ", before likeness to better hits was taken off it";
        }
        return Explanation.match(score, formula, relevance, why);
    }
}
