package org.opensearch.affinity.evaluate;

import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Two queries over a catalogue of four items, all figures worked out by hand. */
public class ComparisonTests extends OpenSearchTestCase {
    private final Measures measures = new Measures(new int[] { 1, 2 });

    private static QueryOutcome.Listed list(double mrr, double diversity, int... first) {
        // mrr, and then ndcg, hr, precision, recall, f1 and map at 1 and at 2
        double[] figures = new double[13];
        Arrays.fill(figures, mrr);
        return new QueryOutcome.Listed(figures, new double[] { Double.NaN, diversity }, first);
    }

    private static QueryOutcome outcome(QueryOutcome.Listed plain, QueryOutcome.Listed popular, QueryOutcome.Listed personal) {
        return new QueryOutcome(KnownEvents.FEW, Map.of(RankedBy.PLAIN, plain, RankedBy.POPULARITY, popular, RankedBy.PERSONALISED, personal));
    }

    public void testByHand() {
        List<QueryOutcome> outcomes = List.of(
            outcome(list(0.25, 0.5, 0, 1), list(0.5, 0.5, 0, 1), list(1, 1, 2, 0)),
            outcome(list(0, Double.NaN, 0), list(0.25, 0.25, 1, 0), list(0.75, 0.5, 2, 1))
        );
        double[] probabilities = { 0.5, 0.25, 0.125 };
        RankingFigures findings = new Comparison(outcomes, measures, probabilities, 4).findings(() -> false);
        assertEquals(2, findings.queries());
        assertEquals(0.125, findings.rankings().get("plain").get("mrr").value(), 0);
        assertEquals(0.875, findings.rankings().get("personalised").get("ndcg@2").value(), 0);
        assertEquals(new Interval(0.5, 0.5, 0.5), findings.differences().get("personalised_minus_popularity").get("mrr"));
        assertEquals(0.75, findings.differences().get("personalised_minus_plain").get("f1@1").value(), 0);
        assertEquals(0.25, findings.differences().get("popularity_minus_plain").get("mrr").value(), 0);
        assertEquals(7, findings.ratios().get("personalised_over_plain").get("mrr").value(), 0);
        // A list of one item has no diversity, and does not take part.
        assertEquals(0.5, findings.rankings().get("plain").get("diversity@2").value(), 0);
        assertEquals(0.5, findings.differences().get("personalised_minus_plain").get("diversity@2").value(), 0);
        // Bits: 1, 2 and 3; plain shows 0, 1 and 0.
        assertEquals((1.5 + 1) / 2, findings.rankings().get("plain").get("novelty@2").value(), 1e-12);
        assertEquals(3, findings.rankings().get("personalised").get("novelty@1").value(), 1e-12);
        assertEquals(Interval.alone(0.25), findings.rankings().get("plain").get("coverage@1"));
        assertEquals(Interval.alone(0.5), findings.rankings().get("plain").get("coverage@2"));
        assertEquals(Interval.alone(0.75), findings.rankings().get("personalised").get("coverage@2"));
    }

    public void testWithoutQueriesThereAreNoFigures() {
        RankingFigures findings = new Comparison(List.of(), measures, new double[0], 4).findings(() -> false);
        assertTrue(Double.isNaN(findings.rankings().get("plain").get("mrr").value()));
        assertTrue(findings.ratios().isEmpty());
    }
}
