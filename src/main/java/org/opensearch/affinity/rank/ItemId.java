package org.opensearch.affinity.rank;

import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.util.BytesRef;
import org.opensearch.index.mapper.IdFieldMapper;
import org.opensearch.index.mapper.Uid;

import java.io.IOException;

/** Reads the item ids of documents. */
final class ItemId {
    private static final BytesRef NONE = new BytesRef();

    private ItemId() {}

    /**
     * @param field a keyword with doc values, or {@code _id}
     * @return empty where the document has none; of several the first
     */
    static BytesRef of(LeafReaderContext leaf, String field, int doc) throws IOException {
        if (field.equals(IdFieldMapper.NAME)) {
            Stored stored = new Stored();
            leaf.reader().storedFields().document(doc, stored);
            return stored.id;
        }
        FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field);
        if (info == null || info.getDocValuesType() != DocValuesType.SORTED_SET) {
            return NONE; // another index than that of the items may be searched too
        }
        SortedSetDocValues values = DocValues.getSortedSet(leaf.reader(), field);
        return values.advanceExact(doc) ? values.lookupOrd(values.nextOrd()) : NONE;
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
