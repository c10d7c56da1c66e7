package org.opensearch.affinity.model;

import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.AlreadyClosedException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The rows of one part of a model. If the node closes its copy of the model meanwhile, there are none any more. Not thread-safe. */
final class PartRows {
    /** No rows. */
    static final PartRows NONE = new PartRows();

    private final ByteVectorValues[] values;
    private final int[] bases;

    private PartRows() {
        values = new ByteVectorValues[0];
        bases = new int[1];
    }

    /** @param leaves of the model's index */
    PartRows(List<LeafReaderContext> leaves, String part) throws IOException {
        values = new ByteVectorValues[leaves.size()];
        bases = new int[leaves.size() + 1];
        for (LeafReaderContext leaf : leaves) {
            values[leaf.ord] = dense(leaf.reader(), ModelIndex.row(part));
            bases[leaf.ord + 1] = leaf.docBase + leaf.reader().maxDoc();
        }
    }

    /** Every document of a model has a row of every part: the number of a row is that of its document. */
    private static ByteVectorValues dense(LeafReader reader, String field) throws IOException {
        ByteVectorValues rows = reader.getByteVectorValues(field);
        return rows == null || rows.size() != reader.maxDoc() ? null : rows;
    }

    /** The number of documents, from 0. */
    int size() {
        return bases[bases.length - 1];
    }

    /**
     * The row of a document, which the next call overwrites; null if there is none.
     *
     * @throws UncheckedIOException if the model cannot be read
     */
    byte[] of(int document) {
        if (document < 0 || document >= size()) {
            return null;
        }
        int leaf = 0;
        while (document >= bases[leaf + 1]) {
            leaf++;
        }
        try {
            return values[leaf] == null ? null : values[leaf].vectorValue(document - bases[leaf]);
        } catch (AlreadyClosedException e) {
            return null; // a search goes on without the model
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
