package org.opensearch.affinity.retrieve;

import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryCachingPolicy;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.rank.interest.InterestVector;
import org.opensearch.affinity.rank.interest.InterestVectors;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.search.internal.ContextIndexSearcher;
import org.opensearch.search.query.QueryPhase;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Retrieval from real segments, checked by comparing with every vector. */
public class NearestItemsTests extends OpenSearchTestCase {
    private static final int DIMENSION = 6;

    private static float[] unit(float... values) {
        return VectorUtil.l2normalize(values);
    }

    private static float[] randomUnitVector(int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return unit(vector);
    }

    private static InterestVectors interests(InterestVector... vectors) {
        return new InterestVectors("v", WhitenedSpace.around(new float[vectors[0].direction().length]), 0, true, List.of(vectors));
    }

    private static InterestVector interest(int number, float strength, float... direction) {
        return new InterestVector(number, strength, direction, 0f, List.of("i" + number));
    }

    private static Query nearest(InterestVectors interests, int k) {
        return new NearestItems(interests, k, 0f, null);
    }

    /** An index of several segments, with or without a graph. */
    private final class Items implements AutoCloseable {
        private final Directory directory = newDirectory();
        private final IndexWriter writer;
        private DirectoryReader reader;

        Items(boolean graph) throws IOException {
            int threshold = graph ? 0 : Integer.MAX_VALUE;
            IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
            config.setCodec(TestUtil.alwaysKnnVectorsFormat(new Lucene99HnswVectorsFormat(16, 100, threshold)));
            writer = new IndexWriter(directory, config);
        }

        /** @param vector null for an item without a vector */
        void add(String id, String colour, float[] vector) throws IOException {
            Document document = new Document();
            document.add(new StringField("id", id, Field.Store.YES));
            document.add(new StringField("_id", id, Field.Store.NO));
            document.add(new StringField("colour", colour, Field.Store.NO));
            if (vector != null) {
                document.add(new KnnFloatVectorField("v", vector, VectorSimilarityFunction.DOT_PRODUCT));
            }
            writer.addDocument(document);
        }

        void remove(String id) throws IOException {
            writer.deleteDocuments(new Term("id", id));
        }

        IndexSearcher searcher() throws IOException {
            reader = DirectoryReader.open(writer);
            return new IndexSearcher(reader);
        }

        @Override
        public void close() throws IOException {
            if (reader != null) {
                reader.close();
            }
            writer.close();
            directory.close();
        }
    }

    private static Map<String, Float> scores(IndexSearcher searcher, Query query) throws IOException {
        Map<String, Float> scores = new HashMap<>();
        for (ScoreDoc hit : searcher.search(query, 10_000).scoreDocs) {
            scores.put(searcher.storedFields().document(hit.doc).get("id"), hit.score);
        }
        return scores;
    }

    /** The cosines of the k vectors that are nearest to a direction, without those that are not above 0. */
    private static Map<String, Float> nearestOf(Map<String, float[]> vectors, float[] direction, int k) {
        Map<String, Float> nearest = new HashMap<>();
        vectors.entrySet()
            .stream()
            .sorted((a, b) -> Float.compare(VectorUtil.dotProduct(direction, b.getValue()), VectorUtil.dotProduct(direction, a.getValue())))
            .limit(k)
            .forEach(item -> nearest.put(item.getKey(), VectorUtil.dotProduct(direction, item.getValue())));
        nearest.values().removeIf(cosine -> cosine <= 0);
        return nearest;
    }

    private static void assertScores(Map<String, Float> expected, Map<String, Float> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((id, score) -> assertEquals(id, score, actual.get(id), 1e-5f));
    }

    public void testFindsTheSameAsComparingWithAllVectors() throws Exception {
        for (boolean graph : new boolean[] { false, true }) {
            try (Items items = new Items(graph)) {
                Map<String, float[]> red = new HashMap<>();
                Map<String, float[]> all = new HashMap<>();
                for (int i = 0; i < 400; i++) {
                    float[] vector = i % 7 == 0 ? null : randomUnitVector(DIMENSION);
                    items.add("i" + i, i % 3 == 0 ? "red" : "blue", vector);
                    if (i % 11 == 0) {
                        items.remove("i" + i);
                    } else if (vector != null) {
                        all.put("i" + i, vector);
                        if (i % 3 == 0) {
                            red.put("i" + i, vector);
                        }
                    }
                    if (i % 90 == 89) {
                        items.writer.flush();
                    }
                }
                IndexSearcher searcher = items.searcher();
                float[] direction = randomUnitVector(DIMENSION);
                InterestVectors one = interests(interest(1, 1f, direction));
                Query isRed = new TermQuery(new Term("colour", "red"));
                int k = graph ? 400 : randomIntBetween(1, 60); // a walk of the graph is exact only if it visits all vectors
                assertScores(nearestOf(all, direction, k), scores(searcher, nearest(one, k)));
                assertScores(nearestOf(red, direction, k), scores(searcher, new NearestItems(one, k, 0f, isRed)));
                Map<String, Float> near = nearestOf(all, direction, k);
                near.values().removeIf(cosine -> cosine < 0.5f);
                assertScores(near, scores(searcher, new NearestItems(one, k, 0.5f, null)));
                // A filter beside the query is applied to the k items that were found.
                Map<String, Float> redAmongNearest = nearestOf(all, direction, k);
                redAmongNearest.keySet().retainAll(red.keySet());
                Query both = new BooleanQuery.Builder().add(nearest(one, k), BooleanClause.Occur.MUST)
                    .add(isRed, BooleanClause.Occur.FILTER)
                    .build();
                assertScores(redAmongNearest, scores(searcher, both));
            }
        }
    }

    public void testPlacesAreSharedByTheFourthRootOfTheStrength() throws Exception {
        try (Items items = new Items(false)) {
            for (int i = 0; i < 40; i++) {
                items.add("camping" + i, "any", unit(1, 0.001f * i));
            }
            for (int i = 0; i < 5; i++) {
                items.add("office" + i, "any", unit(-0.1f * i, 1));
            }
            InterestVectors two = interests(interest(1, 1f, 1, 0), interest(2, 1 / 256f, 0, 1));
            Map<String, Float> found = scores(items.searcher(), nearest(two, 10));
            assertEquals(10, found.size());
            long office = found.keySet().stream().filter(id -> id.startsWith("office")).count();
            assertEquals("fourth roots 1 and 1/4: a fifth of the places", 2, office);
            assertEquals(1f, found.get("camping0"), 1e-6f);
            assertEquals("strength * cosine", 1 / 256f, found.get("office0"), 1e-6f);
        }
    }

    public void testDislikedInterestsLowerTheScore() throws Exception {
        try (Items items = new Items(false)) {
            items.add("liked", "any", unit(1, 0, 0));
            items.add("both", "any", unit(0.8f, 0.6f, 0));
            items.add("disliked", "any", unit(0.5f, 0.8f, 0));
            InterestVectors interests = interests(interest(1, 1f, 1, 0, 0), interest(2, -1f, 0, 1, 0));
            Map<String, Float> found = scores(items.searcher(), nearest(interests, 3));
            assertEquals(1f, found.get("liked"), 1e-6f);
            assertEquals(0.8f - 0.6f, found.get("both"), 1e-6f);
            assertNull(found.get("disliked"));
        }
    }

    public void testExplainsTheScoreToTheLastBit() throws Exception {
        try (Items items = new Items(false)) {
            for (int i = 0; i < 60; i++) {
                items.add("i" + i, "red", i == 0 ? null : randomUnitVector(DIMENSION));
                if (i == 30) {
                    items.writer.flush();
                }
            }
            IndexSearcher searcher = items.searcher();
            InterestVectors interests = interests(
                interest(1, 1f, randomUnitVector(DIMENSION)),
                interest(2, 0.7f, randomUnitVector(DIMENSION)),
                interest(3, -0.4f, randomUnitVector(DIMENSION))
            );
            Query boosted = new BoostQuery(nearest(interests, 20), 7.3f);
            Query query = new BooleanQuery.Builder().add(new TermQuery(new Term("colour", "red")), BooleanClause.Occur.MUST)
                .add(boosted, BooleanClause.Occur.SHOULD)
                .build();
            // A bool query takes its explained sum from a scorer, so the explanation of the clause is compared too.
            for (ScoreDoc hit : searcher.search(boosted, 100).scoreDocs) {
                assertEquals(hit.score, searcher.explain(boosted, hit.doc).getValue().floatValue(), 0f);
            }
            TopDocs top = searcher.search(query, 100);
            assertEquals(60, top.scoreDocs.length);
            for (ScoreDoc hit : top.scoreDocs) {
                Explanation explanation = searcher.explain(query, hit.doc);
                assertEquals(hit.score, explanation.getValue().floatValue(), 0f);
            }
            String best = searcher.explain(query, top.scoreDocs[0].doc).toString();
            assertTrue(best, best.contains("liked interest #") && best.contains("strength * cosine; examples [i"));
            assertFalse(searcher.explain(nearest(interests, 20), top.scoreDocs[59].doc).isMatch());
        }
    }

    private static InterestVectors eight() {
        InterestVector[] interests = new InterestVector[8];
        for (int i = 0; i < interests.length; i++) {
            interests[i] = interest(i + 1, 1f, randomUnitVector(DIMENSION));
        }
        return interests(interests);
    }

    private static void fill(Items items) throws IOException {
        for (int i = 0; i < 200; i++) {
            items.add("i" + i, i % 2 == 0 ? "red" : "blue", randomUnitVector(DIMENSION));
            if (i % 70 == 0) {
                items.writer.flush();
            }
        }
    }

    public void testFilterAndSearchRunOnceForAllInterestsAndExplanations() throws Exception {
        try (Items items = new Items(randomBoolean())) {
            fill(items);
            IndexSearcher searcher = items.searcher();
            CountedFilter filter = new CountedFilter();
            Query query = new NearestItems(eight(), 100, 0f, filter);
            TopDocs top = searcher.search(query, 100);
            assertTrue(top.scoreDocs.length > 0);
            for (ScoreDoc hit : top.scoreDocs) {
                assertEquals(0, Integer.parseInt(searcher.storedFields().document(hit.doc).get("id").substring(1)) % 2);
                assertEquals(hit.score, searcher.explain(query, hit.doc).getValue().floatValue(), 0f);
            }
            assertEquals(1, filter.evaluations);
            items.add("new", "red", randomUnitVector(DIMENSION));
            try (DirectoryReader newer = DirectoryReader.openIfChanged(items.reader)) {
                new IndexSearcher(newer).count(query);
            }
            assertEquals("another reader", 2, filter.evaluations);
        }
    }

    public void testCancelledSearchStops() throws Exception {
        try (Items items = new Items(randomBoolean())) {
            fill(items);
            items.searcher();
            QueryCachingPolicy noCache = IndexSearcher.getDefaultQueryCachingPolicy();
            IndexSearcher plain = new IndexSearcher(items.reader);
            ContextIndexSearcher searcher = new ContextIndexSearcher(items.reader, plain.getSimilarity(), null, noCache, true, null, null);
            Query query = new NearestItems(eight(), 100, 0f, new TermQuery(new Term("colour", "red")));
            int[] checks = new int[1];
            Runnable count = searcher.addQueryCancellation(() -> checks[0]++);
            searcher.createWeight(query, ScoreMode.COMPLETE, 1f);
            int leaves = items.reader.leaves().size();
            assertTrue(checks[0] + " checks", checks[0] >= 8 * leaves);
            searcher.removeQueryCancellation(count);
            Query other = new NearestItems(eight(), 100, 0f, null);
            Runnable cancelled = searcher.addQueryCancellation(() -> {
                throw new TaskCancelledException("stop");
            });
            expectThrows(TaskCancelledException.class, () -> searcher.createWeight(other, ScoreMode.COMPLETE, 1f));
            searcher.removeQueryCancellation(cancelled);
            Runnable late = searcher.addQueryCancellation(() -> {
                throw new QueryPhase.TimeExceededException();
            });
            Weight nothing = searcher.createWeight(other, ScoreMode.COMPLETE, 1f);
            assertNull("an answer with the hits so far", nothing.scorer(searcher.getIndexReader().leaves().get(0)));
            searcher.removeQueryCancellation(late);
            assertNotNull(searcher.createWeight(other, ScoreMode.COMPLETE, 1f).scorer(searcher.getIndexReader().leaves().get(1)));
        }
    }

    public void testNoItemsAndWrongDimension() throws Exception {
        try (Items items = new Items(false)) {
            assertEquals(0, items.searcher().count(nearest(interests(interest(1, 1f, 1, 0)), 5)));
            items.reader.close();
            items.add("plain", "any", null);
            items.add("other", "any", unit(1, 0, 0));
            IndexSearcher searcher = items.searcher();
            Exception e = expectThrows(IllegalArgumentException.class, () -> searcher.count(nearest(interests(interest(1, 1f, 1, 0)), 5)));
            String message = "field [v] has dimension [3], the query's vector has [2]: encode both with the same model";
            assertTrue(e.getMessage(), e.getMessage().contains(message));
        }
    }

    public void testEqualQueries() {
        List<Query> different = new ArrayList<>();
        different.add(nearest(interests(interest(1, 1f, 1, 0)), 5));
        different.add(nearest(interests(interest(1, 1f, 0, 1)), 5));
        different.add(nearest(interests(interest(1, 1f, 1, 0)), 6));
        different.add(new NearestItems(interests(interest(1, 1f, 1, 0)), 5, 0.1f, null));
        for (Query query : different) {
            assertEquals(1, different.stream().filter(query::equals).count());
        }
        assertEquals(different.get(0), nearest(interests(interest(1, 1f, 1, 0)), 5));
        assertEquals(different.get(0).hashCode(), nearest(interests(interest(1, 1f, 1, 0)), 5).hashCode());
    }
}
