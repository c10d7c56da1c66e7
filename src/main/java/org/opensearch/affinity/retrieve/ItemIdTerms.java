package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BytesRef;
import org.opensearch.index.mapper.IdFieldMapper;
import org.opensearch.index.mapper.Uid;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Finds the documents of items on one shard, by the terms of the id field. Not thread-safe. */
final class ItemIdTerms {
    private final boolean isDocumentId;
    private final List<Segment> segments = new ArrayList<>();

    private record Segment(LeafReaderContext leaf, TermsEnum ids) {}

    /** @param idField a keyword field, or {@code _id} */
    ItemIdTerms(IndexSearcher searcher, String idField) throws IOException {
        isDocumentId = idField.equals(IdFieldMapper.NAME);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            // Opening the terms also checks whether the search must stop.
            Terms terms = leaf.reader().terms(idField);
            if (terms != null) {
                segments.add(new Segment(leaf, terms.iterator()));
            }
        }
    }

    /** Whether no document has a term: the field may not be indexed. */
    boolean isEmpty() {
        return segments.isEmpty();
    }

    /**
     * Passes on the documents of an item, deleted ones too.
     *
     * @param id    in UTF-8
     * @param found gets numbers in the shard
     */
    void documents(BytesRef id, IntConsumer found) throws IOException {
        BytesRef term = isDocumentId ? Uid.encodeId(id.utf8ToString()) : id;
        for (Segment segment : segments) {
            if (segment.ids.seekExact(term)) {
                PostingsEnum documents = segment.ids.postings(null, PostingsEnum.NONE);
                while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    found.accept(segment.leaf.docBase + documents.docID());
                }
            }
        }
    }
}
