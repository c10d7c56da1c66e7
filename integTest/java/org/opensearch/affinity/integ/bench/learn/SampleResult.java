package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Tables;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;

/**
 * What a training made of a part of a log.
 *
 * @param log           its name
 * @param part          limit of events, as a part of the log's
 * @param events        number of events that were learned from
 * @param usersFraction fraction of users that they are of
 * @param readSeconds   time of reading and sampling
 * @param learnSeconds  time of making the matrix and learning
 * @param bytes         heap that interactions, matrix and neighbours take, after a collection
 * @param ndcg          NDCG@10 of each user
 * @param popularity    mean NDCG@10 of ranking by the popularity in the sample
 */
record SampleResult(
    String log,
    double part,
    long events,
    double usersFraction,
    double readSeconds,
    double learnSeconds,
    long bytes,
    double[] ndcg,
    double popularity
) {
    /** A table with a line for each result. */
    static String table(List<SampleResult> results) {
        Column[] columns = { Tables.words("log"), Tables.figures("part"), Tables.figures("events used"), Tables.figures("users"),
            Tables.figures("s reading"), Tables.figures("s learning"), Tables.figures("MB"), Tables.figures("ndcg@10"),
            Tables.figures("popularity") };
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n")
            .data(columns, results.stream().map(SampleResult::line).toArray(String[][]::new)).asString();
    }

    private String[] line() {
        Interval interval = Interval.mean(ndcg);
        return new String[] { log, Tables.number(part, 2), Tables.number(events, 0), Tables.number(100 * usersFraction, 1) + " %",
            Tables.number(readSeconds, 1), Tables.number(learnSeconds, 1), Tables.number(bytes / 1e6, 0),
            Tables.number(interval.value(), 4) + " ± " + Tables.number((interval.high() - interval.low()) / 2, 4),
            Tables.number(popularity, 4) };
    }

    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("log", log).put("part", part).put("events_used", events).put("users_fraction", usersFraction);
        json.put("read_seconds", readSeconds).put("learn_seconds", learnSeconds).put("mb", bytes / 1e6);
        Interval interval = Interval.mean(ndcg);
        json.put("users", ndcg.length).put("ndcg@10", interval.value()).put("popularity_ndcg@10", popularity);
        json.putArray("ndcg@10_95").add(interval.low()).add(interval.high());
        return json;
    }
}
