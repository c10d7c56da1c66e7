package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.SearchClient;
import org.opensearch.affinity.integ.bench.common.SearchMethod;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * Ranking by the client: it fetches ids and scores of a window, compares vectors that it has in memory, sorts, and fetches the titles of
 * the best ten. This is the cheapest such client: profiles and the vectors of all items that the queries find are in its memory before
 * the measurement.
 */
final class ClientRanking implements SearchMethod {
    private static final int PAGE = 10;

    private final URI page;
    private final List<HttpRequest> windows;
    private final List<Shopper> shoppers;
    private final Map<Shopper, float[][]> liked;
    /** By item id; about of length {@code √SQUARED_LENGTH}. */
    private final Map<String, float[]> vectors;

    private ClientRanking(URI index, List<HttpRequest> windows, List<Shopper> shoppers, Map<String, float[]> vectors) {
        this.page = URI.create(index + "/_mget?_source_includes=title");
        this.windows = windows;
        this.shoppers = shoppers;
        this.vectors = vectors;
        liked = new HashMap<>();
        shoppers.forEach(shopper -> liked.put(shopper, directions(shopper)));
    }

    /**
     * Runs every query once, to generate the vectors of all items that it finds.
     *
     * @param queries  number of queries
     * @param window   number of documents, of all shards together
     * @param shoppers users of the searches, in turn
     */
    static ClientRanking of(SyntheticShop shop, URI index, int queries, int window, List<Shopper> shoppers,
        SearchClient client) throws IOException {
        URI uri = URI.create(index + "/_search?filter_path=hits.hits._id,hits.hits._score");
        List<HttpRequest> windows = IntStream.range(0, queries).mapToObj(number -> SearchClient.request(uri, window(number, window)))
            .toList();
        Map<String, float[]> vectors = new HashMap<>();
        for (HttpRequest request : windows) {
            for (JsonNode hit : hits(client.ask(request))) {
                vectors.computeIfAbsent(hit.path("_id").asText(), id -> floats(shop.vector(SyntheticShop.number(id))));
            }
        }
        return new ClientRanking(index, windows, shoppers, vectors);
    }

    private static String window(int number, int size) {
        ObjectNode body = Rest.JSON.createObjectNode().put("size", size).put("_source", false);
        body.putObject("query").putObject("match").put("title", SyntheticShop.query(number));
        return body.toString();
    }

    private static JsonNode hits(SearchClient.Answer answer) throws IOException {
        return Rest.JSON.readTree(answer.body()).path("hits").path("hits");
    }

    private static float[][] directions(Shopper shopper) {
        return IntStream.range(0, shopper.interests()).mapToObj(interest -> floats(SyntheticShop.liked(shopper, interest)))
            .toArray(float[][]::new);
    }

    private static float[] floats(int[] vector) {
        float[] floats = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            floats[i] = vector[i];
        }
        return floats;
    }

    @Override
    public String key() {
        return SearchKind.CLIENT;
    }

    @Override
    public String title() {
        return "ranked by the client";
    }

    /** Returns the body of the call for the titles, with the time of both calls and of the ranking. */
    @Override
    public SearchClient.Answer search(SearchClient client, int number) throws IOException {
        long begin = System.nanoTime();
        SearchClient.Answer window = client.ask(windows.get(number));
        List<String> best = best(hits(window), liked.get(SearchKind.userOf(shoppers, number)));
        ObjectNode body = Rest.JSON.createObjectNode();
        ArrayNode ids = body.putArray("ids");
        best.forEach(ids::add);
        SearchClient.Answer titles = client.ask(SearchClient.request(page, body.toString()));
        Rest.JSON.readTree(titles.body());
        return new SearchClient.Answer(titles.body(), System.nanoTime() - begin, window.warned());
    }

    private record Scored(String id, double score) {}

    /** Ranks by the formula of the scripts. */
    private List<String> best(JsonNode hits, float[][] directions) {
        List<Scored> scored = new ArrayList<>(hits.size());
        for (JsonNode hit : hits) {
            String id = hit.path("_id").asText();
            float[] vector = vectors.get(id);
            float best = 0;
            for (float[] direction : directions) {
                best = Math.max(best, dot(direction, vector));
            }
            scored.add(new Scored(id, hit.path("_score").asDouble() * Math.exp(2 * best / SearchKind.SQUARED_LENGTH)));
        }
        scored.sort(Comparator.comparingDouble(each -> -each.score()));
        return scored.stream().limit(PAGE).map(Scored::id).toList();
    }

    /** The dot product, as four sums, since the JVM must not reorder a single one. */
    private static float dot(float[] a, float[] b) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int i = 0; i < a.length; i += 4) {
            s0 = Math.fma(a[i], b[i], s0);
            s1 = Math.fma(a[i + 1], b[i + 1], s1);
            s2 = Math.fma(a[i + 2], b[i + 2], s2);
            s3 = Math.fma(a[i + 3], b[i + 3], s3);
        }
        return s0 + s1 + (s2 + s3);
    }

    @Override
    public List<String> ranked(SearchClient.Answer answer) throws IOException {
        JsonNode documents = Rest.JSON.readTree(answer.body()).path("docs");
        return StreamSupport.stream(documents.spliterator(), false).map(document -> document.path("_id").asText()).toList();
    }
}
