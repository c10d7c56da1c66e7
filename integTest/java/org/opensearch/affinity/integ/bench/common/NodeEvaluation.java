package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.BulkFeed;
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

/** Has a node evaluate judged queries with {@code _evaluate}, and waits for it. */
public final class NodeEvaluation {
    /** How deep a list is judged; a relevant item below counts as not found. */
    static final int DEPTH = 100;

    private static final int QUERIES_A_BULK = 1_000;
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Rest rest;
    private final ShopQuery shopQuery;

    public NodeEvaluation(Rest rest, ShopQuery shopQuery) {
        this.rest = rest;
        this.shopQuery = shopQuery;
    }

    /**
     * Evaluates the first queries of a split, by an index of them. What somebody asked for at or before the time of something that
     * he did is left out, and counted.
     *
     * @param ranking what else searches are to be ranked by
     * @throws RestFailure when the node refuses it, for what it says
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
            new BulkFeed(rest, index, QUERIES_A_BULK).send(documents, done -> {});
        }
        rest.post("/" + index + "/_refresh", null);
        return index;
    }

    /** What a model is to learn weights from: a split's queries, which are indexed for that. */
    public ObjectNode judged(DataSet set, Split split) throws IOException {
        ObjectNode body = Rest.JSON.createObjectNode().put("index", index(set, split, Integer.MAX_VALUE));
        return body.set("search", shopQuery.judged(DEPTH));
    }

    /** Trains a model and has it used; what is known of it. */
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
            JsonNode seen = rest.get("/_tasks/" + task);
            JsonNode progress = seen.path("task").path("status");
            if (progress.has("step")) {
                step.now(progress.path("step").asText() + String.format(Locale.ROOT, " %.0f %%", 100 * progress.path("part").asDouble()));
            } else {
                step.at(progress.path("done").asLong(), progress.path("total").asLong(), "queries");
            }
            if (seen.has("error")) {
                throw new RestFailure(500, "the task failed: " + seen.path("error").path("reason").asText());
            }
            if (seen.path("completed").asBoolean()) {
                return seen.path("response");
            }
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for an evaluation", e);
            }
        }
    }
}
