package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.Map;

public class RankingTests extends OpenSearchTestCase {
    private Ranking parse(String json) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return Ranking.parse(parser, FieldPath.body(""));
        }
    }

    private void assertRefused(String json, String message) {
        assertEquals(message, expectThrows(IllegalArgumentException.class, () -> parse(json)).getMessage());
    }

    public void testRelevance() throws IOException {
        assertEquals(0.25f, parse("{\"relevance\": 0.25}").relevance(), 0f);
        assertEquals(0f, parse("{\"relevance\": 0}").relevance(), 0f);
        assertEquals(20f, parse("{\"relevance\": \"20\"}").relevance(), 0f);
        assertNull(parse("{}").relevance());
        for (String wrong : new String[] { "-0.5", "20.5", "NaN", "Infinity", "much" }) {
            assertRefused("{\"relevance\": \"" + wrong + "\"}", "[relevance] must be a number from 0 to 20, got [" + wrong + "]");
        }
    }

    /** Users may want less of what they have seen. */
    public void testNegativeWeights() throws IOException {
        assertEquals(Map.of("seen", -20f), parse("{\"signals\": {\"seen\": -20}}").signals());
        assertRefused("{\"signals\": {\"seen\": -21}}", "[signals.seen] must be a number from -20 to 20, got [-21]");
        assertRefused("{\"signals\": {\"seen\": \"1\"}}", "[signals.seen] must be a number from -20 to 20, got [1]");
        assertRefused("{\"signals\": {\"seen\": null}}", "[signals.seen] must be a number from -20 to 20, got [null]");
        assertRefused("{\"signals\": {\"neighbours\": -1}}", "[signals.neighbours] must be a number from 0 to 20, got [-1]");
    }

    public void testPrecedence() {
        Ranking asked = Ranking.ofWeights(null, 0.5f, Map.of("seen", -1f));
        Ranking learned = Ranking.ofWeights(2f, 3f, Map.of("seen", 4f, "neighbours", 5f));
        assertEquals(Ranking.ofWeights(2f, 0.5f, Map.of("seen", -1f, "neighbours", 5f)), asked.orElse(learned));
        assertEquals(1f, Ranking.EMPTY.orElse(Ranking.DEFAULT).relevance(), 0f);
    }

    public void testReadsWhatItWrites() throws IOException {
        Ranking ranking = parse("{\"weight\": 2, \"relevance\": 0.3, \"score_mode\": \"sum\", \"signals\": {\"seen\": -3.5, \"match_title\": 1}}");
        assertEquals(ranking, copyWriteable(ranking, writableRegistry(), Ranking::new));
        try (XContentBuilder json = XContentFactory.jsonBuilder().startObject()) {
            ranking.toXContent(json, ToXContent.EMPTY_PARAMS).endObject();
            assertEquals(ranking, parse(BytesReference.bytes(json).utf8ToString()));
        }
    }
}
