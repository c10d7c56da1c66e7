package org.opensearch.affinity.node.search;

import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.search.SearchHit;

import java.util.Map;
import java.util.stream.IntStream;

/** The signal {@code neighbours} of items without events, which is estimated from their content. */
public class NewItemTests extends RankTestCase {
    private static final int OF_A_KIND = 20;
    private static final String[] KINDS = { "lamp", "bulb", "tent", "stove" };
    private static final String ANN = "\"tracker\": \"t\", \"user\": \"ann\", \"weight\": 0";

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    /** A unit vector that is similar to those of the same kind. */
    private static float[] content(int kind) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (d == kind ? 1 : 0) + (float) (0.1 * random().nextGaussian());
        }
        return VectorUtil.l2normalize(vector);
    }

    /** Users click lamps and bulbs, or tents and stoves. One item of each kind has no events. */
    private void shop(int shards) throws Exception {
        createItems("shop", shards, "");
        for (int kind = 0; kind < KINDS.length; kind++) {
            for (int i = 0; i < OF_A_KIND; i++) {
                index("shop", KINDS[kind] + i, item(2, content(kind)));
            }
            index("shop", "new_" + KINDS[kind], item(2, content(kind)));
        }
        index("shop", "vectorless", Map.of("base", 2));
        refresh("shop");
        track("t", "shop", "");
        for (int user = 0; user < 60; user++) {
            int first = user % 2 == 0 ? 0 : 2;
            if (first == 0) {
                event("u" + user, "click", "lamp" + user / 2 % 5);
            }
            for (int i = 0; i < 3; i++) {
                // Each item has events: the first clicks take the items in turn.
                event("u" + user, "click", KINDS[first] + (i == 0 ? user / 2 % OF_A_KIND : random().nextInt(OF_A_KIND)));
                event("u" + user, "click", KINDS[first + 1] + (i == 0 ? user / 2 % OF_A_KIND : random().nextInt(OF_A_KIND)));
            }
        }
        event("ann", "click", "lamp0");
        awaitProfiles("t");
        refresh("ubi_events");
    }

    public void testNewItemsRankByTheirContent() throws Exception {
        shop(randomIntBetween(1, 3));
        Map<String, Object> model = train("{\"activate\": true}");
        Map<?, ?> content = (Map<?, ?>) model.get("content");
        assertTrue(content.toString(), (int) content.get("items") <= 80 && (double) content.get("explained") > 0);
        Map<String, Float> scores = rescored("shop", 200, ANN, "").scores();
        for (String kind : new String[] { "lamp", "bulb" }) {
            assertTrue(kind + " " + scores, scores.get("new_" + kind) > 2.1);
            double best = IntStream.range(0, OF_A_KIND).mapToDouble(i -> scores.get(kind + i)).max().orElseThrow();
            assertTrue("less than the best item with events", scores.get("new_" + kind) < best);
        }
        for (String kind : new String[] { "tent", "stove" }) {
            assertTrue(kind + " " + scores, scores.get("new_" + kind) < Math.min(scores.get("new_lamp"), scores.get("new_bulb")));
            assertEquals("items with events are not estimated", 2f, scores.get(kind + "1"), 0f);
        }
        assertEquals(2f, scores.get("vectorless"), 0f);
        use(1, UseModelAction.Operation.DEACTIVATE);
        assertEquals(2f, rescored("shop", 200, ANN, "").scores().get("new_bulb"), 0f);
    }

    public void testExplainedToTheLastBit() throws Exception {
        shop(2);
        train("{\"activate\": true}");
        Answer answer = rescored("shop", 200, ANN, ", \"explain\": true");
        for (SearchHit hit : answer.response().getHits()) {
            assertEquals(hit.getId(), hit.getScore(), hit.getExplanation().getValue().floatValue(), 0f);
        }
    }

    public void testTrainingReleasesItsMemory() throws Exception {
        shop(1);
        CircuitBreaker breaker = getInstanceFromNode(CircuitBreakerService.class).getBreaker(CircuitBreaker.REQUEST);
        train("{}");
        assertBusy(() -> assertEquals(0, breaker.getUsed()));
    }

    /** A packed vector has one byte for each dimension. */
    public void testPackedVectors() {
        float[] vector = { 0.5f, -1, 0.25f, 0 };
        float[] sum = { 1, 1, 1, 1 };
        ModelIndex.add(2, new BytesRef(ModelIndex.pack(vector)), sum);
        assertArrayEquals(new float[] { 2, -1, 1.5f, 1 }, sum, 2 / 254f + 1e-6f);
    }
}
