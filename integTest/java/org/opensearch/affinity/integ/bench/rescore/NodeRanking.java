package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.bench.common.SearchClient;
import org.opensearch.affinity.integ.bench.common.SearchMethod;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * Ranking by the node.
 *
 * @param requests by number of the query, built before the measurement
 */
record NodeRanking(SearchKind kind, List<HttpRequest> requests) implements SearchMethod {
    static NodeRanking of(SearchKind kind, URI index, int queries) {
        URI uri = URI.create(index + "/_search" + kind.parameters());
        return new NodeRanking(kind, IntStream.range(0, queries).mapToObj(number -> SearchClient.request(uri, kind.body(number))).toList());
    }

    @Override
    public String key() {
        return kind.key();
    }

    @Override
    public String title() {
        return kind.title();
    }

    @Override
    public SearchClient.Answer search(SearchClient client, int number) throws IOException {
        return client.ask(requests.get(number));
    }

    @Override
    public List<String> ranked(SearchClient.Answer answer) throws IOException {
        JsonNode hits = Rest.JSON.readTree(answer.body()).path("hits").path("hits");
        return StreamSupport.stream(hits.spliterator(), false).map(hit -> hit.path("_id").asText()).toList();
    }
}
