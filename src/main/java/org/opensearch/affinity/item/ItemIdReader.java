package org.opensearch.affinity.item;

import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.opensearch.index.mapper.IdFieldMapper;
import org.opensearch.index.mapper.Uid;

import java.io.IOException;

/** Reads the item ids of documents from a keyword field with doc values, or from {@code _id}. */
final class ItemIdReader {
    private static final BytesRef NONE = new BytesRef();

    private ItemIdReader() {}

    /** Called with the ids of documents, one after another. */
    interface Visitor {
        /** @param id valid until the next call */
        void visit(int doc, BytesRef id);
    }

    /** Whether documents of a segment have several item ids. */
    static boolean hasSeveral(LeafReader reader, String field) throws IOException {
        return field.equals(IdFieldMapper.NAME) == false && DocValues.unwrapSingleton(values(reader, field)) == null;
    }

    /** Calls the visitor with each item id of one document; with an empty id if it has none. */
    static void read(LeafReaderContext leaf, String field, int doc, Visitor visitor) throws IOException {
        if (field.equals(IdFieldMapper.NAME)) {
            StoredId stored = new StoredId();
            leaf.reader().storedFields().document(doc, stored);
            visitor.visit(doc, stored.id);
            return;
        }
        SortedSetDocValues values = values(leaf.reader(), field);
        if (values.advanceExact(doc)) {
            visitAll(values, visitor);
        } else {
            visitor.visit(doc, NONE);
        }
    }

    private static void visitAll(SortedSetDocValues values, Visitor visitor) throws IOException {
        for (int left = values.docValueCount(); left > 0; left--) {
            visitor.visit(values.docID(), values.lookupOrd(values.nextOrd()));
        }
    }

    private static SortedSetDocValues values(LeafReader reader, String field) throws IOException {
        FieldInfo info = reader.getFieldInfos().fieldInfo(field);
        // A search may include indices other than the item index, in which the field is missing or of another type.
        boolean keyword = info != null && info.getDocValuesType() == DocValuesType.SORTED_SET;
        return keyword ? DocValues.getSortedSet(reader, field) : DocValues.emptySortedSet();
    }

    /** Calls the visitor with every document of a segment that has an item id, in any order; with the first one if it has several. */
    static void readAll(LeafReader reader, String field, Visitor visitor) throws IOException {
        if (field.equals(IdFieldMapper.NAME) == false) {
            SortedSetDocValues values = values(reader, field);
            while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                visitor.visit(values.docID(), values.lookupOrd(values.nextOrd()));
            }
            return;
        }
        // From the terms of _id: stored fields would be read with the whole document.
        Terms terms = reader.terms(field);
        TermsEnum ids = terms == null ? TermsEnum.EMPTY : terms.iterator();
        PostingsEnum docs = null;
        while (ids.next() != null) {
            BytesRef coded = ids.term();
            BytesRef id = new BytesRef(Uid.decodeId(coded.bytes, coded.offset, coded.length));
            docs = ids.postings(docs, PostingsEnum.NONE);
            while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                visitor.visit(docs.docID(), id);
            }
        }
    }

    /** Reads {@code _id} from the stored fields of a document. */
    private static final class StoredId extends StoredFieldVisitor {
        private BytesRef id = NONE;

        @Override
        public Status needsField(FieldInfo field) {
            return id != NONE ? Status.STOP : field.name.equals(IdFieldMapper.NAME) ? Status.YES : Status.NO;
        }

        @Override
        public void binaryField(FieldInfo field, byte[] value) {
            id = new BytesRef(Uid.decodeId(value));
        }
    }
}
