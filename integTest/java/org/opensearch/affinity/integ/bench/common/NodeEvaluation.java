package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Pause;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/** Evaluates judged queries and trains models on a node, with the tracker's APIs. */
public final class NodeEvaluation {
    /** Number of hits that are evaluated; a relevant item below them counts as not found. */
    static final int DEPTH = 100;

    private static final int QUERIES_PER_BULK = 1_000;
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Rest rest;
    private final ShopQuery shopQuery;

    public NodeEvaluation(Rest rest, ShopQuery shopQuery) {
        this.rest = rest;
        this.shopQuery = shopQuery;
    }

    /**
     * Evaluates the first queries of a split, which are indexed for that. Queries at or before the time of an event of their user are
     * skipped and counted.
     *
     * @param ranking further parameters of the ranking
     * @throws RestFailure when the node refuses the evaluation
     */
    Quality run(DataSet set, Split split, int limit, ObjectNode ranking, Step step) throws IOException {
        String index = index(set, split, limit);
        ObjectNode body = shopQuery.evaluation(DEPTH).put("index", index).put("leaks", "skip");
        body.withObject("/ranking").setAll(ranking);
        String path = "/_plugins/_affinity/trackers/" + shopQuery.tracker() + "/_evaluate?wait_for_completion=false";
        Quality quality = new Quality(await(rest.post(path, body).path("task").asText(), step));
        rest.delete("/" + index);
        return quality;
    }

    private String index(DataSet set, Split split, int limit) throws IOException {
        String index = "judged-" + split.word();
        rest.put("/" + index, "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":0},\"mappings\":{\"dynamic\":false}}");
        try (Stream<ObjectNode> judged = set.judged(split, limit)) {
            Stream<BulkFeed.Document> documents = judged.map(query -> new BulkFeed.Document(query.path("query_id").asText(), query));
            new BulkFeed(rest, index, QUERIES_PER_BULK).send(documents, done -> {});
        }
        rest.post("/" + index + "/_refresh", null);
        return index;
    }

    /** Indexes the queries of a split and returns a body for {@link #train} that learns weights from them. */
    public ObjectNode judged(DataSet set, Split split) throws IOException {
        ObjectNode body = Rest.JSON.createObjectNode().put("index", index(set, split, Integer.MAX_VALUE));
        return body.set("search", shopQuery.judged(DEPTH));
    }

    /** Trains and activates a model and returns its description. */
    public JsonNode train(ObjectNode body, Step step) throws IOException {
        String path = "/_plugins/_affinity/trackers/" + shopQuery.tracker() + "/models?wait_for_completion=false";
        JsonNode model = await(rest.post(path, body.put("activate", true)).path("task").asText(), step).path("models").path(0);
        if (body.has("index")) {
            rest.delete("/" + body.path("index").asText());
        }
        return model;
    }

    private JsonNode await(String task, Step step) throws IOException {
        while (true) {
            JsonNode state = rest.get("/_tasks/" + task);
            JsonNode progress = state.path("task").path("status");
            if (progress.has("step")) {
                step.now(progress.path("step").asText() + String.format(Locale.ROOT, " %.0f %%", 100 * progress.path("part").asDouble()));
            } else {
                step.at(progress.path("done").asLong(), progress.path("total").asLong(), "queries");
            }
            if (state.has("error")) {
                throw new RestFailure(500, "the task failed: " + state.path("error").path("reason").asText());
            }
            if (state.path("completed").asBoolean()) {
                return state.path("response");
            }
            Pause.millis(INTERVAL.toMillis());
        }
    }
}
