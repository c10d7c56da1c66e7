package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.learn.RankingMetrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The result of one method on the test part.
 *
 * @param key      the method's name in the file
 * @param settings description of the chosen hyperparameters
 * @param valid    the figure on the validation part that they were chosen by
 * @param metrics  on the test part
 * @param seconds  time of training, without the choice
 * @param bytes    memory of the model
 */
record MethodResult(String key, String settings, double valid, RankingMetrics metrics, double seconds, long bytes) {
    /** The figures by name. */
    static final Map<String, Function<RankingMetrics, double[]>> FIGURES = figures();

    private static Map<String, Function<RankingMetrics, double[]>> figures() {
        Map<String, Function<RankingMetrics, double[]>> figures = new LinkedHashMap<>();
        figures.put("hr@10", RankingMetrics::hit10);
        figures.put("ndcg@10", RankingMetrics::ndcg10);
        figures.put("recall@20", RankingMetrics::recall20);
        figures.put("ndcg@20", RankingMetrics::ndcg20);
        return figures;
    }

    /** The mean of a figure over users, with its 95 % interval. */
    Interval interval(String figure) {
        return Interval.mean(FIGURES.get(figure).apply(metrics));
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
