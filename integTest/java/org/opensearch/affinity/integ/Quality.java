package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The same queries judged for several rankings: figures are means over queries, with 95 % bootstrap intervals. */
record Quality(Map<RankedBy, List<Judgement>> rankings) {
    /** The figures, by the names they have everywhere. */
    static final Map<String, ToDoubleFunction<Judgement>> FIGURES = figures();

    /** Two rankings of which one has what the other has, and more. */
    record Pair(RankedBy better, RankedBy worse) {
        /** What popularity gives, what interests give beside it, and both. */
        static final List<Pair> ALL = List.of(
            new Pair(RankedBy.POPULARITY, RankedBy.BM25),
            new Pair(RankedBy.AFFINITY, RankedBy.POPULARITY),
            new Pair(RankedBy.AFFINITY, RankedBy.BM25)
        );
    }

    /** Judgements by ranking, each in the order of the queries. */
    static Quality of(Map<RankedBy, Judgement[]> judgements) {
        Map<RankedBy, List<Judgement>> rankings = new EnumMap<>(RankedBy.class);
        judgements.forEach((ranking, judged) -> rankings.put(ranking, List.of(judged)));
        return new Quality(rankings);
    }

    /** How many queries were asked. */
    int queries() {
        return rankings.get(RankedBy.BM25).size();
    }

    /** A figure of one ranking. */
    Interval mean(RankedBy ranking, String figure) {
        return Interval.mean(values(ranking, figure));
    }

    /** The personalised figure divided by the unpersonalised one, over the same queries. */
    Interval ratio(String figure) {
        return Interval.ratio(values(RankedBy.AFFINITY, figure), values(RankedBy.BM25, figure));
    }

    /** What the better of two has more, over the same queries. */
    Interval difference(Pair pair, String figure) {
        return Interval.difference(values(pair.better, figure), values(pair.worse, figure));
    }

    /** Everything at full precision. */
    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("queries", queries());
        ObjectNode means = json.putObject("rankings");
        ObjectNode intervals = json.putObject("intervals_95");
        for (RankedBy ranking : rankings.keySet()) {
            for (String figure : FIGURES.keySet()) {
                write(mean(ranking, figure), figure, means.withObject("/" + ranking.word()), intervals.withObject("/" + ranking.word()));
            }
        }
        ObjectNode ratios = json.putObject("affinity_over_bm25");
        for (String figure : FIGURES.keySet()) {
            Interval ratio = ratio(figure);
            if (Double.isFinite(ratio.value())) {
                write(ratio, figure, ratios, intervals.withObject("/affinity_over_bm25"));
            }
        }
        for (Pair pair : Pair.ALL) {
            String name = pair.better.word() + "_minus_" + pair.worse.word();
            if (rankings.keySet().containsAll(List.of(pair.better, pair.worse))) {
                FIGURES.keySet().forEach(figure -> write(difference(pair, figure), figure, json.withObject("/" + name), intervals.withObject("/" + name)));
            }
        }
        return json;
    }

    private static void write(Interval interval, String figure, ObjectNode values, ObjectNode intervals) {
        values.put(figure, interval.value());
        intervals.putArray(figure).add(interval.low()).add(interval.high());
    }

    private double[] values(RankedBy ranking, String figure) {
        return rankings.get(ranking).stream().mapToDouble(FIGURES.get(figure)).toArray();
    }

    private static Map<String, ToDoubleFunction<Judgement>> figures() {
        Map<String, ToDoubleFunction<Judgement>> figures = new LinkedHashMap<>();
        figures.put("mrr", Judgement::reciprocalRank);
        figures.put("ndcg@10", Judgement::ndcg10);
        figures.put("hr@10", Judgement::hit10);
        return figures;
    }
}
