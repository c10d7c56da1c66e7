package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

public class WeightTrainingTests extends OpenSearchTestCase {
    public void testAFifthOrAllThatAreNoLessonsAreChecks() {
        int[][] checksOfSamples = { { 0, 0 }, { 4, 0 }, { 100, 20 }, { 3_750, 750 }, { 5_000, 2_000 }, { 13_000, 10_000 } };
        for (int[] pair : checksOfSamples) {
            assertEquals(pair[1], WeightTraining.checks(pair[0]));
        }
    }

    public void testSampleOfManyQueries() {
        Map<String, Double> relevant = Map.of("p", 1.0);
        List<JudgedQuery> judged = IntStream.range(0, 14_000).mapToObj(i -> new JudgedQuery("q" + i, "u", "", i, relevant)).toList();
        QueryCounts counts = new QueryCounts();
        List<JudgedQuery> sample = WeightTraining.sample(judged, counts);
        assertEquals(13_000, sample.stream().distinct().count());
        assertEquals(Map.of("not_drawn", 1_000L), counts.describe().get("dropped"));
        assertEquals("the same each time", sample, WeightTraining.sample(judged, new QueryCounts()));
        assertTrue("in random order", sample.subList(0, 100).stream().anyMatch(query -> query.time() > 7_000));
    }
}
