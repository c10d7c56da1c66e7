package org.opensearch.affinity.tracker;

import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.ObjectParser;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.Map;

public class RankingTests extends OpenSearchTestCase {
    private static final ObjectParser<Ranking.Said, Void> PARSER = new ObjectParser<>("ranking", Ranking.Said::new);

    static {
        Ranking.Said.declare(PARSER);
    }

    private Ranking parse(String said) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, said)) {
            return PARSER.apply(parser, null).ranking();
        }
    }

    private void assertRefused(String said, String message) {
        assertEquals(message, expectThrows(IllegalArgumentException.class, () -> parse(said)).getMessage());
    }

    public void testRelevance() throws IOException {
        assertEquals(0.25f, parse("{\"relevance\": 0.25}").relevance(), 0f);
        assertEquals(0f, parse("{\"relevance\": 0}").relevance(), 0f);
        assertEquals(20f, parse("{\"relevance\": \"20\"}").relevance(), 0f);
        assertNull(parse("{}").relevance());
        for (String wrong : new String[] { "-0.5", "20.5", "NaN", "Infinity", "much" }) {
            String got = wrong.equals("much") ? wrong : String.valueOf(Float.parseFloat(wrong));
            assertRefused("{\"relevance\": \"" + wrong + "\"}", "[relevance] must be a number from 0 to 20, got [" + got + "]");
        }
    }

    /** People may want less of what they have seen, and less of nothing else. */
    public void testWeightsBelowNought() throws IOException {
        assertEquals(Map.of("seen", -20f), parse("{\"signals\": {\"seen\": -20}}").signals());
        assertRefused("{\"signals\": {\"seen\": -21}}", "[signals.seen] must be a number from -20 to 20, got [-21.0]");
        assertRefused("{\"signals\": {\"seen\": null}}", "[signals.seen] must be a number from -20 to 20, got [null]");
        assertRefused("{\"signals\": {\"behaviour\": -1}}", "[signals.behaviour] must be a number from 0 to 20, got [-1.0]");
    }

    public void testWhatOneDoesNotSayAnotherMay() {
        Ranking asked = Ranking.ofWeights(null, 0.5f, Map.of("seen", -1f));
        Ranking learned = Ranking.ofWeights(2f, 3f, Map.of("seen", 4f, "behaviour", 5f));
        assertEquals(Ranking.ofWeights(2f, 0.5f, Map.of("seen", -1f, "behaviour", 5f)), asked.orElse(learned));
        assertEquals(1f, Ranking.UNSAID.orElse(Ranking.DEFAULT).relevance(), 0f);
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
