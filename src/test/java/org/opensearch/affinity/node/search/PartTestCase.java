package org.opensearch.affinity.node.search;

import org.apache.lucene.util.VectorUtil;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A shop with items of three kinds, and users who each take items of one kind. */
abstract class PartTestCase extends TrainedModelTestCase {
    protected static final int OF_A_KIND = 20;
    protected static final String ANN = "\"tracker\": \"t\", \"user\": \"ann\", \"weight\": 0";

    static float[] content(int kind) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (d == kind ? 1 : 0) + (float) (0.1 * random().nextGaussian());
        }
        return VectorUtil.l2normalize(vector);
    }

    /** Users take a dozen of the items of one kind. One item of each kind has no events. */
    void kinds(int shards) throws Exception {
        createItems("shop", shards, "");
        for (int kind = 0; kind < 2; kind++) {
            for (int i = 0; i < OF_A_KIND; i++) {
                index("shop", "k" + kind + "_" + i, item(2, content(kind)));
            }
            index("shop", "new" + kind, item(2, content(kind)));
        }
        for (int i = 0; i < OF_A_KIND; i++) {
            // Nobody takes both kinds. With 60 known items, contents can be learned from.
            index("shop", "k2_" + i, item(2, content(2)));
        }
        index("shop", "vectorless", Map.of("base", 2));
        refresh("shop");
        track("t", "shop", "");
        for (int user = 0; user < 60; user++) {
            for (int i = 0; i < 6; i++) {
                event("u" + user, "click", "k" + user % 3 + "_" + (user / 3 + i * i) % OF_A_KIND);
            }
        }
        event("ann", "click", "k0_0");
        awaitProfiles("t");
        refresh("ubi_events");
    }

    /** Judged queries of the users, each for an item of the user's kind. */
    static String queries() {
        return IntStream.range(0, 60).mapToObj(user -> """
            {"user_id": "u%s", "user_query": "x", "timestamp": %s, "relevant": ["k%s_%s"]}""".formatted(
            user, System.currentTimeMillis() + 1_000_000, user % 3, (user / 3 + 36) % OF_A_KIND
        )).collect(Collectors.joining(",", "\"queries\": [", "]"));
    }

    Map<String, Float> scores(String part) throws Exception {
        return rescored("shop", 200, ANN + ", \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"" + part + "\": 3}", "").scores();
    }

    static double mean(Map<String, Float> scores, String prefix) {
        return IntStream.range(1, OF_A_KIND).mapToDouble(i -> scores.get(prefix + i)).average().orElseThrow();
    }

    /**
     * The items of the user's kind rank above others, and so does a new item of it.
     *
     * @param times    how many times the mean score of others that of the kind is
     * @param newTimes the same for new items
     */
    void assertRanks(String part, double times, double newTimes) throws Exception {
        Map<String, Float> scores = scores(part);
        double others = Math.max(mean(scores, "k1_"), mean(scores, "k2_"));
        assertTrue(part + " " + scores, mean(scores, "k0_") > times * others);
        assertTrue(part + ", a new item of the same kind: " + scores, scores.get("new0") > newTimes * scores.get("new1"));
        assertEquals("without events and vector", 2f, scores.get("vectorless"), 0f);
    }

    /** The items of a home page that a part fills. */
    List<String> found(String part) throws Exception {
        List<String> ids = search("shop", """
            {"size": 10, "query": {"affinity": {"tracker": "t", "user": "ann", "exclude_seen": true, "k": 5, "num_candidates": 5, "weight": 0,
             "signals": {"popularity": 0, "neighbours": 0, "%s": 3}}}}""".formatted(part)).ids();
        assertTrue(part + " " + ids, ids.size() >= 5);
        return ids.subList(0, 5);
    }
}
