package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Asks a node all queries once for each ranking, and judges the first hundred hits of each answer. */
final class Evaluation {
    /** How deep a list is judged; a relevant item below counts as not found. */
    static final int DEPTH = 100;

    private static final int CLIENTS = 2;
    private static final int QUERIES_A_CALL = 50;
    private static final String ENOUGH = "filter_path=responses.took,responses.error.reason,responses.hits.hits._id";

    private final Rest rest;
    private final ShopQuery shopQuery;

    Evaluation(Rest rest, ShopQuery shopQuery) {
        this.rest = rest;
        this.shopQuery = shopQuery;
    }

    /** The judgements of these rankings, query by query in the order given. */
    Quality run(List<JudgedQuery> queries, Set<RankedBy> rankings, Step step) throws IOException {
        Map<RankedBy, Judgement[]> judgements = new EnumMap<>(RankedBy.class);
        rankings.forEach(ranking -> judgements.put(ranking, new Judgement[queries.size()]));
        AtomicLong asked = new AtomicLong();
        List<Callable<Void>> calls = new ArrayList<>();
        for (int from = 0; from < queries.size(); from += QUERIES_A_CALL) {
            int first = from;
            List<JudgedQuery> batch = queries.subList(from, Math.min(queries.size(), from + QUERIES_A_CALL));
            calls.add(() -> {
                judgements.forEach((ranking, into) -> judge(batch, first, into, ranking));
                step.at(asked.addAndGet(batch.size()), queries.size(), "queries");
                return null;
            });
        }
        work(calls);
        return Quality.of(judgements);
    }

    private void judge(List<JudgedQuery> batch, int first, Judgement[] into, RankedBy ranking) {
        StringBuilder lines = new StringBuilder();
        for (JudgedQuery query : batch) {
            lines.append("{}\n").append(shopQuery.ranked(ranking, query, DEPTH)).append('\n');
        }
        JsonNode answers = rest.lines("/" + Shop.ITEMS + "/_msearch?" + ENOUGH, lines.toString()).path("responses");
        for (int i = 0; i < batch.size(); i++) {
            JsonNode answer = answers.path(i);
            if (answer.has("error") || answer.has("took") == false) {
                throw new RestFailure(500, "query [" + batch.get(i).id() + "] failed: " + answer.path("error").path("reason").asText("no answer"));
            }
            List<String> ranked = new ArrayList<>();
            answer.path("hits").path("hits").forEach(hit -> ranked.add(hit.path("_id").asText()));
            into[first + i] = Judgement.of(ranked, batch.get(i).relevant());
        }
    }

    private static void work(List<Callable<Void>> calls) throws IOException {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            try {
                for (Future<Void> call : calls.stream().map(clients::submit).toList()) {
                    call.get();
                }
            } catch (ExecutionException e) {
                clients.shutdownNow();
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IOException(e.getCause());
            } catch (InterruptedException e) {
                clients.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while asking queries", e);
            }
        }
    }
}
