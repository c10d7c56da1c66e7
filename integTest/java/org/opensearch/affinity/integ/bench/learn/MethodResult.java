package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.learn.RankingMetrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What one method gave on the test part.
 *
 * @param key      its name in the figures
 * @param settings as they were chosen, in words
 * @param valid    the figure it was chosen by, on the validation part
 * @param seconds  that learning took, without choosing
 * @param bytes    that the model takes, as its arrays account for themselves
 */
record MethodResult(String key, String settings, double valid, RankingMetrics verdict, double seconds, long bytes) {
    static final Map<String, Function<RankingMetrics, double[]>> FIGURES = figures();

    private static Map<String, Function<RankingMetrics, double[]>> figures() {
        Map<String, Function<RankingMetrics, double[]>> figures = new LinkedHashMap<>();
        figures.put("hr@10", RankingMetrics::hit10);
        figures.put("ndcg@10", RankingMetrics::ndcg10);
        figures.put("recall@20", RankingMetrics::recall20);
        figures.put("ndcg@20", RankingMetrics::ndcg20);
        return figures;
    }

    /** A mean over users. */
    Interval interval(String figure) {
        return Interval.mean(FIGURES.get(figure).apply(verdict));
    }

    double megabytes() {
        return bytes / 1e6;
    }

    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        FIGURES.keySet().forEach(figure -> json.put(figure, interval(figure).value()));
        return json.put("seconds", seconds).put("mb", megabytes());
    }

    ObjectNode intervals() {
        ObjectNode json = Rest.JSON.createObjectNode();
        FIGURES.keySet().forEach(figure -> json.putArray(figure).add(interval(figure).low()).add(interval(figure).high()));
        return json;
    }
}
