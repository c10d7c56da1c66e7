package org.opensearch.affinity.model;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.index.engine.Engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A copy of a model whose rows of item vectors are read while searches run: it keeps the reader of its index open. An index is written once,
 * so the reader sees all of it. Thread-safe.
 */
final class OpenModel implements Releasable {
    /** Most callers ask for a few hundred ids of thousands. */
    private static final int IDS_AT_ONCE = 256;

    private final Engine.Searcher searcher;
    private final ModelItems items;
    private final Map<String, PartEncoder> encoders;

    private OpenModel(Engine.Searcher searcher, ModelItems items, Map<String, PartEncoder> encoders) {
        this.searcher = searcher;
        this.items = items;
        this.encoders = encoders;
    }

    /** @param searcher is closed with the result, or when this fails */
    static OpenModel of(Engine.Searcher searcher) throws IOException {
        try {
            IndexReader reader = searcher.getIndexReader();
            return new OpenModel(searcher, ModelItems.of(reader), encoders(reader));
        } catch (IOException | RuntimeException e) {
            searcher.close();
            throw e;
        }
    }

    private static Map<String, PartEncoder> encoders(IndexReader reader) throws IOException {
        Map<String, PartEncoder> encoders = new HashMap<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            Terms parts = leaf.reader().terms(ModelIndex.PART);
            if (parts == null) {
                continue;
            }
            TermsEnum names = parts.iterator();
            for (BytesRef name = names.next(); name != null; name = names.next()) {
                int doc = names.postings(null, PostingsEnum.NONE).nextDoc();
                BinaryDocValues values = leaf.reader().getBinaryDocValues(ModelIndex.ENCODER);
                if (doc != DocIdSetIterator.NO_MORE_DOCS && values != null && values.advanceExact(doc)) {
                    BytesRef bytes = LocalModels.single(values.binaryValue());
                    encoders.put(name.utf8ToString(), new PartEncoder(new BytesArray(bytes).streamInput()));
                }
            }
        }
        return encoders;
    }

    /**
     * The scores of the model's items for a history; none if the model does not have the part, or no item of the history.
     *
     * @param history item ids, newest first
     */
    PartScores scores(String part, List<String> history) throws IOException {
        PartEncoder encoder = encoders.get(part);
        if (encoder == null) {
            return PartScores.NONE;
        }
        Rows rows = rows(part);
        float[][] inputs = new float[history.size()][];
        int[] ages = new int[history.size()];
        int known = 0;
        for (int age = 0; age < inputs.length; age++) {
            byte[] row = rows.of(items.document(ItemRow.hash(new BytesRef(history.get(age)))));
            if (row != null) {
                inputs[known] = QuantisedRow.input(row);
                ages[known++] = age;
            }
        }
        if (known == 0) {
            return PartScores.NONE;
        }
        return new PartScores(this, part, encoder, new PartEncoder.Known(Arrays.copyOf(inputs, known), Arrays.copyOf(ages, known)));
    }

    /** The number of an item's document; -1 for an item that the model does not have. */
    int document(long item) {
        return items.document(item);
    }

    /** The ids of items by their hashes, in the same order; items that the model does not have are left out. */
    Stream<BytesRef> idsOf(long[] hashes) {
        return ids(Arrays.stream(hashes).mapToInt(items::document).filter(document -> document >= 0).toArray());
    }

    /**
     * The ids of documents, in the same order, read as far as they are asked for; they end when the model is closed.
     *
     * @throws UncheckedIOException while they are read, if the model cannot be read
     */
    Stream<BytesRef> ids(int[] documents) {
        return IntStream.range(0, Math.ceilDiv(documents.length, IDS_AT_ONCE)).boxed().flatMap(page -> {
            int from = page * IDS_AT_ONCE;
            int[] some = Arrays.copyOfRange(documents, from, Math.min(documents.length, from + IDS_AT_ONCE));
            try {
                return ModelItems.ids(some, searcher.getIndexReader()).stream();
            } catch (AlreadyClosedException e) {
                return Stream.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Opens the rows of a part. */
    Rows rows(String part) throws IOException {
        return new Rows(part);
    }

    /** The rows of one part. Not thread-safe. */
    final class Rows {
        private final ByteVectorValues[] values;
        private final int[] bases;

        private Rows(String part) throws IOException {
            List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
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

        /** The row of a document, which the next call overwrites; null if there is none. */
        byte[] of(int document) throws IOException {
            if (document < 0) {
                return null;
            }
            int leaf = 0;
            while (document >= bases[leaf + 1]) {
                leaf++;
            }
            return values[leaf] == null ? null : values[leaf].vectorValue(document - bases[leaf]);
        }
    }

    @Override
    public void close() {
        searcher.close();
    }
}
