package org.opensearch.affinity.rescore;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.follow.FoldedLog;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.Uid;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

public class RescoreStagesTests extends OpenSearchTestCase {
    private static final int DIMENSION = 64;
    private static final int ITEMS = 300;
    private static final int WINDOW = 100;
    private static final List<Query> QUERIES = List.of(new TermQuery(new Term("title", "lamp")));

    private final List<float[]> vectors = new ArrayList<>();

    private Path index() throws IOException {
        Path folder = createTempDir();
        try (FSDirectory directory = FSDirectory.open(folder); IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            for (int item = 0; item < ITEMS; item++) {
                float[] vector = new float[DIMENSION];
                for (int d = 0; d < DIMENSION; d++) {
                    vector[d] = (float) random().nextGaussian();
                }
                vectors.add(VectorUtil.l2normalize(vector));
                Document document = new Document();
                document.add(new StoredField("_id", Uid.encodeId("item-" + item)));
                document.add(new StringField("title", "lamp", Field.Store.NO));
                document.add(new KnnFloatVectorField("vector", vector, VectorSimilarityFunction.DOT_PRODUCT));
                writer.addDocument(document);
            }
        }
        return folder;
    }

    /** A log of one user who clicked so many unrelated items. */
    private FoldedLog log(int items) throws IOException {
        String definition = """
            {"items": {"index": "products", "vector_field": "vector"}, "events": {"index": "log"}, "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            FoldedLog log = new FoldedLog(Tracker.parse("shop", parser));
            for (int item = 0; item < items; item++) {
                log.take("ann", "item-" + item, "click", 1, 1_000_000L * item, vectors.get(item));
            }
            return log;
        }
    }

    private static RescoreStages.Times measure(Path index, FoldedLog log) throws IOException {
        try (RescoreStages stages = new RescoreStages(index, log.rows())) {
            return stages.measure(QUERIES, List.of(log.found("ann", RescoreStages.table())), WINDOW, 0.2);
        }
    }

    public void testLogBecomesProfileAndRows() throws IOException {
        index();
        FoldedLog log = log(3);
        assertEquals(3, log.found("ann", null).profile().interests().size());
        assertEquals(3, log.found("ann", null).profile().events());
        assertNull(log.found("bob", null).profile());
        assertEquals(DIMENSION, log.found("bob", null).common().space().dimension());
        assertEquals(List.of("item-0", "item-1", "item-2"), log.rows().stream().map(row -> row.item()).toList());
    }

    /** The times themselves are not tested: they depend on the machine. */
    public void testStages() throws IOException {
        Path index = index();
        RescoreStages.Times one = measure(index, log(1));
        RescoreStages.Times eight = measure(index, log(8));
        for (RescoreStages.Times times : List.of(one, eight)) {
            assertTrue(times.toString(), times.prepare() > 0 && times.ship() > 0 && times.read() > 0 && times.first() > 0);
            double loop = times.read() + times.compare() + times.signals() + times.fuse();
            assertTrue("the stages of the loop add up to the rescorer: " + times, loop > 0);
        }
        int direction = DIMENSION * Float.BYTES;
        int more = eight.shippedBytes() - one.shippedBytes();
        assertTrue("seven directions more: " + more, more >= 7 * direction && more < 9 * direction);
    }
}
