package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;
import org.opensearch.search.query.QueryPhase;

import java.io.IOException;
import java.util.Collections;
import java.util.List;

/**
 * A query whose matches on one shard are found and scored before the first of them is collected, because which of a segment's documents
 * match depends on the other segments.
 *
 * <p>They are found in {@link #createWeight} and not in the rewrite, because the fetch phase rewrites the query again and does not need
 * them. They are found once for a reader: {@code explain} makes a weight for each hit. Thread-safe.
 */
abstract class RetrievedItems extends Query {
    /** The last result; null before the first. Not part of the query's identity. */
    private volatile Found found;

    /** @param reader the key of the shard's reader that was searched; the reader itself would be kept open by it */
    private record Found(IndexReader.CacheKey reader, List<ScoredItems> segments) {}

    /**
     * Finds and scores the matches.
     *
     * @param searcher a quiet one
     * @return the matches of each segment, in the order of the segments
     */
    abstract List<ScoredItems> find(IndexSearcher searcher) throws IOException;

    /**
     * Explains the score of a match.
     *
     * @param score of the document, before the boost; the value of the explanation
     */
    abstract Explanation explain(LeafReaderContext leaf, int doc, float score) throws IOException;

    /** What the score before the boost is, for explanations. */
    abstract String scoreName();

    @Override
    public final Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        try {
            return new FoundItems(this, findOnce(searcher), boost);
        } catch (QueryPhase.TimeExceededException e) {
            // The searcher notices it too, with its first segment, and marks the answer as timed out. Thrown from here, it would fail.
            int leaves = searcher.getIndexReader().leaves().size();
            return new FoundItems(this, Collections.nCopies(leaves, ScoredItems.NONE), boost);
        }
    }

    private List<ScoredItems> findOnce(IndexSearcher searcher) throws IOException {
        IndexReader.CacheHelper helper = searcher.getIndexReader().getReaderCacheHelper();
        Found last = found;
        if (helper == null || last == null || last.reader != helper.getKey()) {
            last = new Found(helper == null ? null : helper.getKey(), find(QuietSearcher.of(searcher)));
            found = last;
        }
        return last.segments;
    }
}
