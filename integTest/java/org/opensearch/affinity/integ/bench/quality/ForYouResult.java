package org.opensearch.affinity.integ.bench.quality;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Tables;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;
import java.util.Set;

/**
 * How high one ranking has the relevant items of users, without a query.
 *
 * @param name   of the ranking
 * @param hits   by user, 1 if a relevant item is among the first ten, else 0
 * @param gains  by user, NDCG@10
 * @param millis of the search in the middle of all, measured by the client
 */
record ForYouResult(String name, double[] hits, double[] gains, double millis) {
    static final int DEPTH = 10;

    /** Sets the figures of one user. */
    void set(int index, List<String> ranked, Set<String> relevant) {
        double gain = 0;
        double ideal = 0;
        for (int rank = 1; rank <= DEPTH; rank++) {
            double discount = Math.log(2) / Math.log(1.0 + rank);
            gain += rank <= ranked.size() && relevant.contains(ranked.get(rank - 1)) ? discount : 0;
            ideal += rank <= relevant.size() ? discount : 0;
        }
        hits[index] = gain > 0 ? 1 : 0;
        gains[index] = gain / ideal;
    }

    String[] line() {
        return new String[] { name, cell(Interval.mean(hits)), cell(Interval.mean(gains)), Tables.number(millis, 1) };
    }

    private static String cell(Interval interval) {
        return Tables.number(interval.value(), 4) + " ± " + Tables.number((interval.high() - interval.low()) / 2, 4);
    }

    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        write(json, "hr@10", Interval.mean(hits));
        write(json, "ndcg@10", Interval.mean(gains));
        return json.put("p50_ms", millis);
    }

    private static void write(ObjectNode json, String figure, Interval interval) {
        json.put(figure, interval.value()).putArray(figure + "_interval_95").add(interval.low()).add(interval.high());
    }
}
