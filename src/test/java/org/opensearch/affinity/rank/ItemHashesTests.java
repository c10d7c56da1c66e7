package org.opensearch.affinity.rank;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.track.ModelIndex;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;

public class ItemHashesTests extends OpenSearchTestCase {
    private static void add(IndexWriter writer, String sku) throws IOException {
        Document item = new Document();
        if (sku != null) {
            item.add(new SortedSetDocValuesField("sku", new BytesRef(sku)));
        }
        writer.addDocument(item);
    }

    private static long hash(String item) {
        return ModelIndex.hash(new BytesRef(item));
    }

    public void testHashesOfDocuments() throws IOException {
        ItemHashes hashes = new ItemHashes();
        try (Directory directory = new ByteBuffersDirectory(); IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            add(writer, "lamp");
            add(writer, null);
            add(writer, "tent");
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                LeafReaderContext leaf = reader.leaves().get(0);
                ItemHashes.Segment segment = hashes.of(leaf, "sku");
                // In no order, and again.
                for (int round = 0; round < 2; round++) {
                    assertEquals(hash("lamp"), segment.of(leaf, 0));
                    assertEquals(hash("tent"), segment.of(leaf, 2));
                    assertEquals("no item", hash(""), segment.of(leaf, 1));
                }
                assertSame("kept for the next search", segment, hashes.of(leaf, "sku"));
                assertEquals("another field is another matter", hash(""), hashes.of(leaf, "ean").of(leaf, 0));
            }
        }
    }

    /** Segments come and go with every refresh. */
    public void testForgetsSegmentsThatAreClosed() throws IOException {
        ItemHashes hashes = new ItemHashes();
        ItemHashes.Segment before;
        try (Directory directory = new ByteBuffersDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
                add(writer, "lamp");
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                before = hashes.of(reader.leaves().get(0), "sku");
                assertEquals(1, hashes.size());
            }
            assertEquals(0, hashes.size());
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertNotSame(before, hashes.of(reader.leaves().get(0), "sku"));
            }
        }
    }
}
