package org.opensearch.affinity.evaluate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Compares rankings over the same queries: means of each metric, and paired differences and ratios, with their intervals. */
final class Comparison {
    private final List<QueryOutcome> outcomes;
    private final Measures measures;
    private final double[] probabilities;
    private final long catalogueSize;
    /** By ranking and metric: one number per query. */
    private final Map<RankedBy, Map<String, double[]>> columns = new EnumMap<>(RankedBy.class);
    private final List<Estimate> estimates = new ArrayList<>();

    /** A metric whose interval is to be computed, and where to put it. */
    private record Estimate(Map<String, Map<String, Interval>> target, String key, String metric, RatioEstimator estimator) {}

    /**
     * @param probabilities by item number, from {@link ShownItems#probabilities}
     * @param catalogueSize number of items of the catalogue
     */
    Comparison(List<QueryOutcome> outcomes, Measures measures, double[] probabilities, long catalogueSize) {
        this.outcomes = outcomes;
        this.measures = measures;
        this.probabilities = probabilities;
        this.catalogueSize = catalogueSize;
        for (RankedBy ranking : RankedBy.values()) {
            columns.put(ranking, columns(outcomes.stream().map(outcome -> outcome.lists().get(ranking)).toList()));
        }
    }

    private Map<String, double[]> columns(List<QueryOutcome.Listed> lists) {
        Map<String, double[]> byMetric = new LinkedHashMap<>();
        for (int i = 0; i < measures.names().size(); i++) {
            int metric = i;
            byMetric.put(measures.names().get(i), lists.stream().mapToDouble(list -> list.metrics()[metric]).toArray());
        }
        for (int i = 0; i < measures.cuts().length; i++) {
            int cut = i;
            int k = measures.cuts()[i];
            byMetric.put("diversity@" + k, lists.stream().mapToDouble(list -> list.diversity()[cut]).toArray());
            byMetric.put("novelty@" + k, lists.stream().mapToDouble(list -> novelty(list, k)).toArray());
        }
        return byMetric;
    }

    private double novelty(QueryOutcome.Listed list, int k) {
        return Variety.novelty(IntStream.of(list.first()).limit(k).boxed().toList(), item -> probabilities[item]);
    }

    /** @param cancelled checked repeatedly; if true, the result is incomplete */
    RankingFigures figures(BooleanSupplier cancelled) {
        RankingFigures figures = new RankingFigures(outcomes.size(), new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        addMeans(figures);
        addDifferences(figures);
        addRatios(figures);
        List<Interval> intervals = Bootstrap.intervals(estimates.stream().map(Estimate::estimator).toList(), cancelled);
        for (int i = 0; i < intervals.size(); i++) {
            Estimate estimate = estimates.get(i);
            put(estimate.target, estimate.key, estimate.metric, intervals.get(i));
        }
        for (RankedBy ranking : RankedBy.values()) {
            for (int k : measures.cuts()) {
                put(figures.rankings(), ranking.toString(), "coverage@" + k, Interval.withoutBounds(coverage(ranking, k)));
            }
        }
        return figures;
    }

    private void addMeans(RankingFigures figures) {
        columns.forEach((ranking, byMetric) -> byMetric.forEach((metric, column) -> {
            estimates.add(new Estimate(figures.rankings(), ranking.toString(), metric, RatioEstimator.mean(column)));
        }));
    }

    /** Adds the differences of each pair of rankings. */
    private void addDifferences(RankingFigures figures) {
        for (RankedBy minuend : RankedBy.values()) {
            for (RankedBy subtrahend : RankedBy.values()) {
                if (minuend.compareTo(subtrahend) > 0) {
                    columns.get(minuend).forEach((metric, column) -> {
                        RatioEstimator difference = RatioEstimator.difference(column, columns.get(subtrahend).get(metric));
                        estimates.add(new Estimate(figures.differences(), minuend + "_minus_" + subtrahend, metric, difference));
                    });
                }
            }
        }
    }

    private void addRatios(RankingFigures figures) {
        Map<String, double[]> dividends = columns.get(RankedBy.PERSONALISED);
        Map<String, double[]> divisors = columns.get(RankedBy.PLAIN);
        for (String metric : measures.names()) {
            RatioEstimator ratio = RatioEstimator.ratio(dividends.get(metric), divisors.get(metric));
            if (Double.isFinite(ratio.value())) {
                estimates.add(new Estimate(figures.ratios(), RankedBy.PERSONALISED + "_over_" + RankedBy.PLAIN, metric, ratio));
            }
        }
    }

    private static void put(Map<String, Map<String, Interval>> target, String key, String metric, Interval interval) {
        target.computeIfAbsent(key, added -> new LinkedHashMap<>()).put(metric, interval);
    }

    /**
     * Returns the fraction of the catalogue that is among the first k items of any list (Herlocker et al., TOIS 2004). It grows with
     * the number of queries.
     */
    private double coverage(RankedBy ranking, int k) {
        BitSet covered = new BitSet();
        outcomes.forEach(outcome -> IntStream.of(outcome.lists().get(ranking).first()).limit(k).forEach(covered::set));
        return (double) covered.cardinality() / Math.max(catalogueSize, probabilities.length);
    }
}
