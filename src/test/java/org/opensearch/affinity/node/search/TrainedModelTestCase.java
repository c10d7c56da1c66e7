package org.opensearch.affinity.node.search;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.manage.GetModelsAction;
import org.opensearch.core.rest.RestStatus;

import java.util.List;
import java.util.Map;

/** A shop with a log from which a model can be trained in a second. */
abstract class TrainedModelTestCase extends RankTestCase {
    static final String[] ITEMS = { "lamp", "bulb", "tent", "stove", "desk", "pen" };
    /** The weight of {@code neighbours} in a model that learned no weights. */
    static final double DEFAULT_NEIGHBOURS_WEIGHT = 4;
    private static final String ANN = "\"tracker\": \"t\", \"user\": \"ann\", \"weight\": 0";

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    /**
     * Items with unrelated vectors and relevance 2. Ten users clicked lamp and bulb, ten others tent and stove, and ann the lamp. Nobody
     * clicked desk or pen.
     */
    final void shop(int shards) throws Exception {
        createItems("shop", shards, "");
        for (int i = 0; i < ITEMS.length; i++) {
            float[] vector = new float[DIMENSION];
            vector[i % DIMENSION] = i < DIMENSION ? 1 : -1;
            Map<String, Object> item = item(2, vector);
            item.put("title", "a " + ITEMS[i]);
            index("shop", ITEMS[i], item);
        }
        refresh("shop");
        track("t", "shop", "");
        for (int i = 0; i < 10; i++) {
            event("a" + i, "click", "lamp");
            event("a" + i, "click", "bulb");
            event("b" + i, "click", "tent");
            event("b" + i, "click", "stove");
        }
        event("ann", "click", "lamp");
        awaitProfiles("t");
        refresh("ubi_events");
    }

    /** The models of the tracker, newest first. */
    final List<Map<String, Object>> models() {
        return models(client().execute(GetModelsAction.INSTANCE, new GetModelsAction.Request("t", null)).actionGet());
    }

    /** @param more parameters, each with a comma before it, or nothing */
    final Answer searchOfAnn(String more, String searchBody) throws Exception {
        return rescored("shop", 100, ANN + more, searchBody);
    }

    /** Scores of a search of ann without affinity. */
    final Map<String, Float> scoresOfAnn(String more) throws Exception {
        return searchOfAnn(more, "").scores();
    }

    static void assertStatus(RestStatus status, ThrowingRunnable call) {
        assertEquals(status, ExceptionsHelper.status(expectThrows(Exception.class, call)));
    }
}
