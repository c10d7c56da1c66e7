package org.opensearch.affinity.model;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class ModelItemsTests extends OpenSearchTestCase {
    public void testDocumentsOfItems() throws Exception {
        int items = randomIntBetween(1, 5_000);
        try (Directory directory = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE))) {
                for (int i = 0; i < items; i++) {
                    Document item = new Document();
                    item.add(new SortedSetDocValuesField(ModelIndex.ITEM, new BytesRef("item" + i)));
                    writer.addDocument(item);
                    if (rarely()) {
                        writer.commit();
                    }
                }
                writer.addDocument(new Document()); // of an encoder
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                ModelItems read = ModelItems.of(reader);
                for (int i = 0; i < items; i++) {
                    assertEquals(i, read.document(ItemRow.hash(new BytesRef("item" + i))));
                }
                assertEquals(-1, read.document(ItemRow.hash(new BytesRef("other"))));
                assertEquals(List.of(-1, -1, -1), List.of(read.document(Long.MIN_VALUE), read.document(0), read.document(Long.MAX_VALUE)));
                int first = randomIntBetween(0, items - 1);
                int second = randomIntBetween(0, items - 1);
                List<BytesRef> expected = List.of(new BytesRef("item" + first), new BytesRef("item" + second));
                assertEquals(expected, ModelItems.ids(new int[] { first, items, second }, reader));
            }
        }
    }

    public void testNoItems() throws Exception {
        try (Directory directory = newDirectory()) {
            new IndexWriter(directory, new IndexWriterConfig()).close();
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals(-1, ModelItems.of(reader).document(1));
            }
        }
    }
}
