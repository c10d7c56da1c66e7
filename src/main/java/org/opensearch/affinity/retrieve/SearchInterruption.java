package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.IndexSearcher;
import org.opensearch.index.mapper.IdFieldMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Stops the work of a search that was cancelled or has run out of time, with the exception that OpenSearch expects. Lucene asks it for each
 * compared vector; it looks once for many.
 */
final class SearchInterruption implements QueryTimeout {
    private static final int VECTORS_PER_CHECK = 256;

    private final LeafReader reader;
    private int vectors;

    SearchInterruption(LeafReaderContext leaf) {
        reader = leaf.reader();
    }

    /** @throws RuntimeException if the search must stop */
    static void check(LeafReaderContext leaf) throws IOException {
        check(leaf.reader());
    }

    /** The same between segments. */
    static void check(IndexSearcher searcher) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        if (leaves.isEmpty() == false) {
            check(leaves.getFirst());
        }
    }

    /** A shard's reader checks when the terms of a field are opened. OpenSearch has no other way to ask it. */
    private static void check(LeafReader reader) throws IOException {
        Terms terms = reader.terms(IdFieldMapper.NAME);
        if (terms != null) {
            terms.iterator();
        }
    }

    /** @return false: a search that must stop throws */
    @Override
    public boolean shouldExit() {
        if (++vectors % VECTORS_PER_CHECK == 0) {
            try {
                check(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return false;
    }
}
