package org.opensearch.affinity.node.search;

import org.apache.lucene.util.VectorUtil;

import java.util.Map;
import java.util.stream.IntStream;

/** A shop with items of three kinds, and users who each take items of one kind. */
abstract class PartTestCase extends TrainedModelTestCase {
    protected static final int OF_A_KIND = 20;
    protected static final String ANN = "\"tracker\": \"t\", \"user\": \"ann\", \"weight\": 0";

    private static float[] content(int kind) {
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

    Map<String, Float> scores(String part) throws Exception {
        return rescored("shop", 200, ANN + ", \"signals\": {\"popularity\": 0, \"neighbours\": 0, \"" + part + "\": 3}", "").scores();
    }

    static double mean(Map<String, Float> scores, String prefix) {
        return IntStream.range(1, OF_A_KIND).mapToDouble(i -> scores.get(prefix + i)).average().orElseThrow();
    }
}
