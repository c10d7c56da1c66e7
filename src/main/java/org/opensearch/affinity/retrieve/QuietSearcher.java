package org.opensearch.affinity.retrieve;

import org.apache.lucene.search.IndexSearcher;

/** Searches within the search of a query: with the reader of its searcher, and out of sight of the profile API. */
final class QuietSearcher {
    private QuietSearcher() {}

    /**
     * A searcher of the same reader, which stops when the whole search must stop. A profiling searcher does not expect to rewrite or to
     * make weights while it makes one, and would list the parts of the inner query, which may name items.
     */
    static IndexSearcher of(IndexSearcher searcher) {
        IndexSearcher quiet = new IndexSearcher(searcher.getTopReaderContext());
        quiet.setQueryCache(searcher.getQueryCache());
        quiet.setQueryCachingPolicy(searcher.getQueryCachingPolicy());
        return quiet;
    }
}
