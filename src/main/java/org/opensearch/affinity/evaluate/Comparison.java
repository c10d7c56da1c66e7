package org.opensearch.affinity.evaluate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Compares rankings over the same queries: figures are means over them, and intervals of all figures see the same draws. */
final class Comparison {
    private final List<QueryOutcome> outcomes;
    private final Measures measures;
    private final double[] probabilities;
    private final long catalogue;
    private final Map<RankedBy, Map<String, double[]>> columns = new EnumMap<>(RankedBy.class);
    private final List<Figure> figures = new ArrayList<>();

    /** One figure and where it goes. */
    private record Figure(Map<String, Map<String, Interval>> part, String of, String name, RatioEstimator value) {}

    /**
     * @param probabilities of items by their numbers
     * @param catalogue     how many items there are
     */
    Comparison(List<QueryOutcome> outcomes, Measures measures, double[] probabilities, long catalogue) {
        this.outcomes = outcomes;
        this.measures = measures;
        this.probabilities = probabilities;
        this.catalogue = catalogue;
        for (RankedBy ranking : RankedBy.values()) {
            columns.put(ranking, columns(outcomes.stream().map(outcome -> outcome.lists().get(ranking)).toList()));
        }
    }

    /** One number a query, by figure. */
    private Map<String, double[]> columns(List<QueryOutcome.Listed> lists) {
        Map<String, double[]> byName = new LinkedHashMap<>();
        for (int i = 0; i < measures.judging().size(); i++) {
            int figure = i;
            byName.put(measures.judging().get(i), lists.stream().mapToDouble(list -> list.figures()[figure]).toArray());
        }
        for (int i = 0; i < measures.cuts().length; i++) {
            int cut = i;
            int k = measures.cuts()[i];
            byName.put("diversity@" + k, lists.stream().mapToDouble(list -> list.diversity()[cut]).toArray());
            byName.put("novelty@" + k, lists.stream().mapToDouble(list -> novelty(list, k)).toArray());
        }
        return byName;
    }

    private double novelty(QueryOutcome.Listed list, int k) {
        return Variety.novelty(IntStream.of(list.first()).limit(k).boxed().toList(), item -> probabilities[item]);
    }

    /** @param stop asked now and then; the findings are worth nothing where it says so */
    RankingFigures findings(BooleanSupplier stop) {
        RankingFigures findings = new RankingFigures(outcomes.size(), new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        for (RankedBy ranking : RankedBy.values()) {
            columns.get(ranking).forEach((name, column) -> figures.add(new Figure(findings.rankings(), ranking.toString(), name, RatioEstimator.mean(column))));
        }
        for (RankedBy of : RankedBy.values()) {
            for (RankedBy than : RankedBy.values()) {
                if (of.compareTo(than) > 0) {
                    compare(of, than, findings);
                }
            }
        }
        divide(findings);
        List<Interval> intervals = Bootstrap.intervals(figures.stream().map(Figure::value).toList(), stop);
        for (int i = 0; i < intervals.size(); i++) {
            put(figures.get(i).part, figures.get(i).of, figures.get(i).name, intervals.get(i));
        }
        for (RankedBy ranking : RankedBy.values()) {
            IntStream.of(measures.cuts()).forEach(k -> put(findings.rankings(), ranking.toString(), "coverage@" + k, Interval.alone(coverage(ranking, k))));
        }
        return findings;
    }

    private void compare(RankedBy of, RankedBy than, RankingFigures findings) {
        columns.get(of).forEach((name, column) -> {
            RatioEstimator difference = RatioEstimator.difference(column, columns.get(than).get(name));
            figures.add(new Figure(findings.differences(), of + "_minus_" + than, name, difference));
        });
    }

    private void divide(RankingFigures findings) {
        for (String name : measures.judging()) {
            RatioEstimator ratio = RatioEstimator.ratio(columns.get(RankedBy.PERSONALISED).get(name), columns.get(RankedBy.PLAIN).get(name));
            if (Double.isFinite(ratio.value())) {
                figures.add(new Figure(findings.ratios(), RankedBy.PERSONALISED + "_over_" + RankedBy.PLAIN, name, ratio));
            }
        }
    }

    private static void put(Map<String, Map<String, Interval>> part, String of, String name, Interval interval) {
        part.computeIfAbsent(of, added -> new LinkedHashMap<>()).put(name, interval);
    }

    /** Which part of the catalogue is among the first k of any list (Herlocker et al., TOIS 2004). It grows with the number of queries. */
    private double coverage(RankedBy ranking, int k) {
        BitSet shown = new BitSet();
        outcomes.forEach(outcome -> IntStream.of(outcome.lists().get(ranking).first()).limit(k).forEach(shown::set));
        return (double) shown.cardinality() / Math.max(catalogue, probabilities.length);
    }
}
