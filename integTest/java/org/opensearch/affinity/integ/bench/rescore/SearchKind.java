package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One kind of search for the ten best items of the numbered queries of a {@link SyntheticShop}, with their titles.
 *
 * @param key        the name in files
 * @param title      the name in tables
 * @param parameters of the URL, with a question mark; or empty
 * @param addition   completes the body of a search, given the number of its query
 */
record SearchKind(String key, String title, String parameters, ObjIntConsumer<ObjectNode> addition) {
    static final String PLAIN = "plain";
    static final String WINDOW = "window_only";
    static final String RESCORE = "affinity";
    static final String NEIGHBOURS = "neighbours";
    static final String PARTS = "parts";
    static final String NETWORKS = "networks";
    static final String PIPELINE = "pipeline";
    static final String PAINLESS = "script_score";
    static final String KNN = "knn_score";
    /** {@link ClientRanking}, which is more than one search. */
    static final String CLIENT = "client_side";
    /** Ways to personalise without this plugin. */
    static final List<String> WITHOUT_PLUGIN = List.of(PAINLESS, KNN, CLIENT);

    static final String ITEM_VECTOR = "item_vector";
    static final String SCRIPT_VECTOR = "script_vector";
    /** Approximate squared length of all vectors: a dot product divided by it is about the cosine. */
    static final double SQUARED_LENGTH = 40.0 * 40 * SyntheticShop.DIMENSION;

    /** The body of the search for a query. */
    String body(int number) {
        ObjectNode body = Rest.JSON.createObjectNode().put("size", 10);
        body.putObject("query").putObject("match").put("title", SyntheticShop.query(number));
        addition.accept(body, number);
        return body.toString();
    }

    /**
     * All kinds, those without personalisation first.
     *
     * @param shoppers users of the searches, in turn
     */
    static List<SearchKind> all(String tracker, String pipeline, int window, List<Shopper> shoppers) {
        return List.of(
            new SearchKind(PLAIN, "BM25 alone", "", (body, number) -> {}),
            new SearchKind(WINDOW, "the window, rescored by a constant", "",
                (body, number) -> rescore(body, window).set("query", constant())),
            new SearchKind(RESCORE, "rescore.affinity", "", (body, number) -> {
                rescore(body, window).putObject("affinity").put("tracker", tracker).put("user", userOf(shoppers, number).user());
            }),
            new SearchKind(NEIGHBOURS, "the same with the signal neighbours", "", (body, number) -> {
                ObjectNode affinity = rescore(body, window).putObject("affinity");
                affinity.put("tracker", tracker).put("user", userOf(shoppers, number).user()).putObject("signals").put("neighbours", 4);
            }),
            new SearchKind(PARTS, "the same with graph and factors, too", "", (body, number) -> {
                ObjectNode affinity = rescore(body, window).putObject("affinity");
                affinity.put("tracker", tracker).put("user", userOf(shoppers, number).user()).putObject("signals").put("neighbours", 4)
                    .put("graph", 2).put("factors", 2);
            }),
            new SearchKind(NETWORKS, "the same with attention and vae, too", "", (body, number) -> {
                ObjectNode affinity = rescore(body, window).putObject("affinity");
                affinity.put("tracker", tracker).put("user", userOf(shoppers, number).user()).putObject("signals").put("neighbours", 4)
                    .put("graph", 2).put("factors", 2).put("attention", 2).put("vae", 2);
            }),
            new SearchKind(PIPELINE, "ext.affinity through a pipeline", "?search_pipeline=" + pipeline, (body, number) -> {
                body.putObject("ext").putObject("affinity").put("user", userOf(shoppers, number).user());
            }),
            new SearchKind(PAINLESS, "script_score, painless innerProduct of k-NN", "", (body, number) -> {
                rescore(body, window).set("query", painless(userOf(shoppers, number)));
            }),
            new SearchKind(KNN, "script_score, knn_score of k-NN", "", (body, number) -> {
                rescore(body, window).set("query", knn(userOf(shoppers, number)));
            })
        );
    }

    /** The user of the search with a number. */
    static Shopper userOf(List<Shopper> shoppers, int number) {
        return shoppers.get(number % shoppers.size());
    }

    /** Whether a method is measured less often, so that there is more time for those with small differences. */
    static boolean isSeldom(String key) {
        return WITHOUT_PLUGIN.contains(key);
    }

    private static ObjectNode rescore(ObjectNode body, int window) {
        return body.putObject("rescore").put("window_size", window);
    }

    private static ObjectNode constant() {
        return json("{\"rescore_query\":{\"constant_score\":{\"filter\":{\"match_all\":{}}}},\"score_mode\":\"multiply\"}");
    }

    /** The score of rescore.affinity, as far as a script can: e to the power of the best match of several interests. */
    private static ObjectNode painless(Shopper shopper) {
        return json("""
            {"score_mode":"multiply","rescore_query":{"script_score":{"query":{"match_all":{}},"script":{
              "source":"double best = 0; for (int i = 0; i < params.liked.size(); i++) { \
            best = Math.max(best, innerProduct(params.liked[i], doc['%s'])); } return Math.exp(2 * best / params.squared);",
              "params":{"squared":%s,"liked":[%s]}}}}}""".formatted(
            SCRIPT_VECTOR,
            SQUARED_LENGTH,
            liked(shopper).collect(Collectors.joining(","))
        ));
    }

    /** The best of several scores of k-NN's own script, which takes a single vector. */
    private static ObjectNode knn(Shopper shopper) {
        String functions = liked(shopper).map(vector -> """
            {"script_score":{"script":{"lang":"knn","source":"knn_score",
              "params":{"field":"%s","query_value":%s,"space_type":"innerproduct"}}}}"""
            .formatted(SCRIPT_VECTOR, vector)).collect(Collectors.joining(","));
        return json("""
            {"score_mode":"multiply","rescore_query":{"function_score":{"query":{"match_all":{}},"functions":[%s],
              "score_mode":"max","boost_mode":"replace"}}}""".formatted(functions));
    }

    private static Stream<String> liked(Shopper shopper) {
        return IntStream.range(0, shopper.interests()).mapToObj(interest -> SyntheticShop.json(SyntheticShop.liked(shopper, interest)));
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) Rest.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
