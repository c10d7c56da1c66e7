package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The same queries judged for two rankings: figures are means over queries, with 95 % bootstrap intervals. */
record Quality(List<Judgement> bm25, List<Judgement> affinity) {
    /** The figures, by the names they have everywhere. */
    static final Map<String, ToDoubleFunction<Judgement>> FIGURES = figures();

    /** How many queries were asked. */
    int queries() {
        return bm25.size();
    }

    /** A figure of one ranking. */
    static Interval mean(List<Judgement> ranking, String figure) {
        return Interval.mean(values(ranking, figure));
    }

    /** The personalised figure divided by the unpersonalised one, over the same queries. */
    Interval ratio(String figure) {
        return Interval.ratio(values(affinity, figure), values(bm25, figure));
    }

    /** Everything at full precision. */
    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("queries", queries());
        ObjectNode rankings = json.putObject("rankings");
        ObjectNode intervals = json.putObject("intervals_95");
        write(bm25, rankings.putObject("bm25"), intervals.putObject("bm25"));
        write(affinity, rankings.putObject("affinity"), intervals.putObject("affinity"));
        ObjectNode ratios = json.putObject("affinity_over_bm25");
        for (String figure : FIGURES.keySet()) {
            Interval ratio = ratio(figure);
            if (Double.isFinite(ratio.value())) {
                ratios.put(figure, ratio.value());
                intervals.withObject("/affinity_over_bm25").putArray(figure).add(ratio.low()).add(ratio.high());
            }
        }
        return json;
    }

    private static void write(List<Judgement> ranking, ObjectNode means, ObjectNode intervals) {
        for (String figure : FIGURES.keySet()) {
            Interval mean = mean(ranking, figure);
            means.put(figure, mean.value());
            intervals.putArray(figure).add(mean.low()).add(mean.high());
        }
    }

    private static double[] values(List<Judgement> ranking, String figure) {
        return ranking.stream().mapToDouble(FIGURES.get(figure)).toArray();
    }

    private static Map<String, ToDoubleFunction<Judgement>> figures() {
        Map<String, ToDoubleFunction<Judgement>> figures = new LinkedHashMap<>();
        figures.put("mrr", Judgement::reciprocalRank);
        figures.put("ndcg@10", Judgement::ndcg10);
        figures.put("hr@10", Judgement::hit10);
        return figures;
    }
}
