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

/** Reads the item ids of documents: a keyword with doc values, or {@code _id}. */
final class ItemIdReader {
    private static final BytesRef NONE = new BytesRef();

    private ItemIdReader() {}

    /** Takes one id after another. */
    interface Taker {
        /** @param id valid until the next call */
        void take(int doc, BytesRef id);
    }

    /** @return empty where the document has none; of several the first */
    static BytesRef of(LeafReaderContext leaf, String field, int doc) throws IOException {
        if (field.equals(IdFieldMapper.NAME)) {
            Stored stored = new Stored();
            leaf.reader().storedFields().document(doc, stored);
            return stored.id;
        }
        SortedSetDocValues values = values(leaf.reader(), field);
        return values.advanceExact(doc) ? values.lookupOrd(values.nextOrd()) : NONE;
    }

    private static SortedSetDocValues values(LeafReader reader, String field) throws IOException {
        FieldInfo info = reader.getFieldInfos().fieldInfo(field);
        // Another index than that of the items may be searched too.
        boolean keyword = info != null && info.getDocValuesType() == DocValuesType.SORTED_SET;
        return keyword ? DocValues.getSortedSet(reader, field) : DocValues.emptySortedSet();
    }

    /** Those of all documents of a segment that have one. */
    static void all(LeafReader reader, String field, Taker taker) throws IOException {
        if (field.equals(IdFieldMapper.NAME) == false) {
            SortedSetDocValues values = values(reader, field);
            while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                taker.take(values.docID(), values.lookupOrd(values.nextOrd()));
            }
            return;
        }
        // By terms, for stored fields have the whole document beside its id.
        Terms terms = reader.terms(field);
        TermsEnum ids = terms == null ? TermsEnum.EMPTY : terms.iterator();
        PostingsEnum docs = null;
        while (ids.next() != null) {
            BytesRef coded = ids.term();
            BytesRef id = new BytesRef(Uid.decodeId(coded.bytes, coded.offset, coded.length));
            docs = ids.postings(docs, PostingsEnum.NONE);
            while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                taker.take(docs.docID(), id);
            }
        }
    }

    private static final class Stored extends StoredFieldVisitor {
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
