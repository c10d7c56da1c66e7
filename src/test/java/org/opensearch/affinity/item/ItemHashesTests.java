package org.opensearch.affinity.item;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.index.mapper.Uid;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public class ItemHashesTests extends OpenSearchTestCase {
    private static void add(IndexWriter writer, String sku) throws IOException {
        Document item = new Document();
        if (sku != null) {
            item.add(new SortedSetDocValuesField("sku", new BytesRef(sku)));
        }
        writer.addDocument(item);
    }

    private static long hash(String item) {
        return ItemRow.hash(new BytesRef(item));
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
                // In any order, and repeatedly.
                for (int round = 0; round < 2; round++) {
                    assertEquals(hash("lamp"), segment.of(leaf, 0));
                    assertEquals(hash("tent"), segment.of(leaf, 2));
                    assertEquals("no item", hash(""), segment.of(leaf, 1));
                }
                assertSame("kept for the next search", segment, hashes.of(leaf, "sku"));
                assertEquals("entries are by segment and field", hash(""), hashes.of(leaf, "ean").of(leaf, 0));
            }
        }
    }

    public void testSeveralIdsOfOneDocument() throws IOException {
        ItemHashes hashes = new ItemHashes();
        try (Directory directory = new ByteBuffersDirectory(); IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            Document item = new Document();
            for (String id : List.of("tent", "lamp", "desk")) {
                item.add(new SortedSetDocValuesField("sku", new BytesRef(id)));
            }
            writer.addDocument(item);
            add(writer, null);
            add(writer, "sofa");
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                LeafReaderContext leaf = reader.leaves().get(0);
                ItemHashes.Segment segment = hashes.of(leaf, "sku");
                Map<Long, Double> values = Map.of(hash("tent"), 3.0, hash("desk"), -1.0, hash("lamp"), 2.0, hash("sofa"), 1.0);
                for (int round = 0; round < 2; round++) {
                    assertEquals(3, segment.largest(leaf, 0, hash -> values.getOrDefault(hash, 0.0)), 0);
                    assertEquals(0, segment.largest(leaf, 1, hash -> values.getOrDefault(hash, 0.0)), 0);
                    assertEquals(1, segment.largest(leaf, 2, hash -> values.getOrDefault(hash, 0.0)), 0);
                }
            }
        }
    }

    public void testSegmentsAreReadInTheBackground() throws IOException {
        List<Runnable> background = new ArrayList<>();
        ItemHashes hashes = new ItemHashes();
        hashes.readWith(background::add);
        int items = 3_000;
        try (Directory directory = new ByteBuffersDirectory(); IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            for (int i = 0; i < items; i++) {
                Document item = new Document();
                item.add(new StringField("_id", Uid.encodeId(i + "-item"), Field.Store.YES));
                item.add(new SortedSetDocValuesField("sku", new BytesRef((items - i) + "-sku")));
                writer.addDocument(item);
            }
            DirectoryReader reader = DirectoryReader.open(writer);
            LeafReaderContext leaf = reader.leaves().get(0);
            ItemHashes.Segment ids = hashes.of(leaf, "_id");
            ItemHashes.Segment skus = hashes.of(leaf, "sku");
            assertEquals(hash("7-item"), ids.of(leaf, 7));
            assertEquals(2, background.size());
            reader.close();
            // The search has ended and closed its reader; the segment stays open until its ids are read.
            expectThrows(AlreadyClosedException.class, () -> reader.leaves().get(0).reader().terms("_id"));
            background.forEach(Runnable::run);
            for (int doc = 0; doc < items; doc++) {
                assertEquals(hash(doc + "-item"), ids.of(null, doc));
                assertEquals(hash((items - doc) + "-sku"), skus.of(null, doc));
            }
        }
        assertEquals(0, hashes.size());
    }

    /** A segment is closed after the last search of it, even if it could not be read in the background. */
    public void testSegmentsThatCannotBeReadInTheBackgroundAreClosed() throws IOException {
        ItemHashes hashes = new ItemHashes();
        if (randomBoolean()) {
            hashes.readWith(task -> {
                throw new OpenSearchRejectedExecutionException("full", true);
            });
        }
        try (Directory directory = new ByteBuffersDirectory(); IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            for (int i = 0; i < 3_000; i++) {
                add(writer, "sku" + i);
            }
            writer.commit();
            DirectoryReader reader = DirectoryReader.open(directory);
            LeafReaderContext leaf = reader.leaves().get(0);
            assertEquals(hash("sku7"), hashes.of(leaf, "sku").of(leaf, 7));
            reader.close();
            assertEquals(0, leaf.reader().getRefCount());
            assertEquals(0, hashes.size());
        }
    }

    public void testEntriesOfClosedSegmentsAreRemoved() throws IOException {
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
