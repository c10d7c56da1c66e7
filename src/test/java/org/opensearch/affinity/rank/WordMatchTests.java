package org.opensearch.affinity.rank;

import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

public class WordMatchTests extends OpenSearchTestCase {
    private static final String[] TITLES = { "desk lamp", "lamp", "lamp lamp lamp", "red desk lamp of steel", "tent" };

    private Directory directory;
    private DirectoryReader reader;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        FieldType withoutNorms = new FieldType(TextField.TYPE_NOT_STORED);
        withoutNorms.setOmitNorms(true);
        directory = new ByteBuffersDirectory();
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new WhitespaceAnalyzer()))) {
            for (String title : TITLES) {
                Document item = new Document();
                item.add(new TextField("title", title, Field.Store.NO));
                item.add(new Field("bare", title, withoutNorms));
                item.add(new StringField("kind", title, Field.Store.NO));
                writer.addDocument(item);
            }
            writer.addDocument(new Document());
            writer.forceMerge(1);
        }
        reader = DirectoryReader.open(directory);
    }

    @Override
    public void tearDown() throws Exception {
        reader.close();
        directory.close();
        super.tearDown();
    }

    private static Collection<BytesRef> terms(String text) {
        return WordMatch.terms(new WhitespaceAnalyzer(), "title", text);
    }

    /** F1 of each document. */
    private double[] matches(String field, Collection<BytesRef> queryTerms) throws IOException {
        LeafReaderContext leaf = reader.leaves().get(0);
        WordMatch match = WordMatch.open(leaf, field, queryTerms);
        double[] matches = new double[TITLES.length + 1];
        for (int doc = 0; doc < matches.length; doc++) {
            matches[doc] = match.of(doc);
            assertEquals("the same document again", matches[doc], match.of(doc), 0);
            assertEquals("without documents before it", matches[doc], WordMatch.open(leaf, field, queryTerms).of(doc), 0);
        }
        return matches;
    }

    /** 2 · precision · recall / (precision + recall). */
    public void testByHand() throws IOException {
        assertArrayEquals(new double[] { 1, 2.0 / 3, 2.0 / 3, 4.0 / 7, 0, 0 }, matches("title", terms("lamp desk")), 1e-12);
        assertArrayEquals(new double[] { 2.0 / 3, 1, 1, 1.0 / 3, 0, 0 }, matches("title", terms("lamp")), 1e-12);
        assertArrayEquals(new double[6], matches("title", terms("sofa")), 0);
        assertArrayEquals(new double[6], matches("title", terms(" ")), 0);
    }

    /** Without norms the length of the field is unknown, and its other terms do not count. */
    public void testFieldWithoutNorms() throws IOException {
        assertArrayEquals(new double[] { 1, 2.0 / 3, 2.0 / 3, 1, 0, 0 }, matches("bare", terms("lamp desk")), 1e-12);
    }

    public void testKeywordIsOneTerm() throws IOException {
        assertArrayEquals(new double[] { 1, 0, 0, 0, 0, 0 }, matches("kind", List.of(new BytesRef("desk lamp"))), 0);
    }

    public void testFieldThatNoDocumentHas() throws IOException {
        assertArrayEquals(new double[6], matches("other", terms("lamp desk")), 0);
    }

    public void testTermsAreDistinctAndLimited() {
        assertEquals(List.of(new BytesRef("a"), new BytesRef("b")), List.copyOf(terms("a b a a")));
        String text = IntStream.range(0, 100).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
        assertEquals(32, terms(text).size());
        assertTrue(terms(text).contains(new BytesRef("w31")));
    }
}
