package org.opensearch.affinity.evaluate;

import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Two queries over a catalogue of four items; all expected values are computed by hand. */
public class ComparisonTests extends OpenSearchTestCase {
    private final Measures measures = new Measures(new int[] { 1, 2 });

    private static QueryOutcome.Listed list(double mrr, double diversity, int... first) {
        // mrr; ndcg, hr, precision, recall, f1 and map at 1; the same at 2
        double[] metrics = new double[13];
        Arrays.fill(metrics, mrr);
        return new QueryOutcome.Listed(metrics, new double[] { Double.NaN, diversity }, first);
    }

    private static QueryOutcome outcome(QueryOutcome.Listed plain, QueryOutcome.Listed popular, QueryOutcome.Listed personal) {
        return new QueryOutcome(
            KnownEvents.FEW,
            Map.of(RankedBy.PLAIN, plain, RankedBy.POPULARITY, popular, RankedBy.PERSONALISED, personal)
        );
    }

    public void testByHand() {
        List<QueryOutcome> outcomes = List.of(
            outcome(list(0.25, 0.5, 0, 1), list(0.5, 0.5, 0, 1), list(1, 1, 2, 0)),
            outcome(list(0, Double.NaN, 0), list(0.25, 0.25, 1, 0), list(0.75, 0.5, 2, 1))
        );
        double[] probabilities = { 0.5, 0.25, 0.125 };
        RankingFigures figures = new Comparison(outcomes, measures, probabilities, 4).figures(() -> false);
        assertEquals(2, figures.queries());
        assertEquals(0.125, figures.rankings().get("plain").get("mrr").value(), 0);
        assertEquals(0.875, figures.rankings().get("personalised").get("ndcg@2").value(), 0);
        assertEquals(new Interval(0.5, 0.5, 0.5), figures.differences().get("personalised_minus_popularity").get("mrr"));
        assertEquals(0.75, figures.differences().get("personalised_minus_plain").get("f1@1").value(), 0);
        assertEquals(0.25, figures.differences().get("popularity_minus_plain").get("mrr").value(), 0);
        assertEquals(7, figures.ratios().get("personalised_over_plain").get("mrr").value(), 0);
        // A list of one item has no diversity and is left out.
        assertEquals(0.5, figures.rankings().get("plain").get("diversity@2").value(), 0);
        assertEquals(0.5, figures.differences().get("personalised_minus_plain").get("diversity@2").value(), 0);
        // The items have 1, 2 and 3 bits; the plain lists show items 0 and 1, and item 0.
        assertEquals((1.5 + 1) / 2, figures.rankings().get("plain").get("novelty@2").value(), 1e-12);
        assertEquals(3, figures.rankings().get("personalised").get("novelty@1").value(), 1e-12);
        assertEquals(Interval.withoutBounds(0.25), figures.rankings().get("plain").get("coverage@1"));
        assertEquals(Interval.withoutBounds(0.5), figures.rankings().get("plain").get("coverage@2"));
        assertEquals(Interval.withoutBounds(0.75), figures.rankings().get("personalised").get("coverage@2"));
    }

    public void testWithoutQueries() {
        RankingFigures figures = new Comparison(List.of(), measures, new double[0], 4).figures(() -> false);
        assertTrue(Double.isNaN(figures.rankings().get("plain").get("mrr").value()));
        assertTrue(figures.ratios().isEmpty());
    }
}
