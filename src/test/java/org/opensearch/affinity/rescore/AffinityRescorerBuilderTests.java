package org.opensearch.affinity.rescore;

import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.SearchModule;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.rescore.RescorerBuilder;
import org.opensearch.test.EqualsHashCodeTestUtils;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;
import java.util.Map;

public class AffinityRescorerBuilderTests extends OpenSearchTestCase {
    private static final SearchModule MODULE = new SearchModule(Settings.EMPTY, List.of(new AffinityPlugin(Settings.EMPTY)));

    @Override
    protected NamedXContentRegistry xContentRegistry() {
        return new NamedXContentRegistry(MODULE.getNamedXContents());
    }

    private RescorerBuilder<?> parse(String affinity) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, "{\"rescore\": {" + affinity + "}}")) {
            return SearchSourceBuilder.fromXContent(parser).rescores().get(0);
        }
    }

    private void assertRefused(String affinity, String message) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse(affinity));
        assertTrue(e.getMessage(), e.getMessage().contains(message));
    }

    public void testReadsWhatItWrites() throws Exception {
        NamedWriteableRegistry registry = new NamedWriteableRegistry(MODULE.getNamedWriteables());
        RescorerBuilder<?> builder = parse("\"window_size\": 7, \"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"weight\": 0.5}");
        assertEquals(Integer.valueOf(7), builder.windowSize());
        EqualsHashCodeTestUtils.checkEqualsAndHashCode(
            (AffinityRescorerBuilder) builder,
            original -> copyWriteable(original, registry, in -> new AffinityRescorerBuilder(in, new RankNode()))
        );
        assertNull("the tracker may say it", parse("\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\"}").windowSize());
        String all = """
            "affinity": {"tracker": "shop", "recent": ["a", "b"], "why": true, "weight": 1, "score_mode": "sum", "max_interests": 3,
            "min_affinity": 0.2, "diversity": 0.3, "signals": {"sales": 0.5}}""";
        EqualsHashCodeTestUtils.checkEqualsAndHashCode(
            (AffinityRescorerBuilder) parse(all),
            original -> copyWriteable(original, registry, in -> new AffinityRescorerBuilder(in, new RankNode())),
            original -> (AffinityRescorerBuilder) parse(all.replace("0.3", "0.4"))
        );
    }

    public void testErrorsNameTheFieldAndWhatWouldBeRight() {
        assertRefused("\"affinity\": {\"user\": \"ann\"}", "[affinity] [tracker] is required");
        assertRefused("\"affinity\": {\"tracker\": \"shop\", \"user\": [\"a\"]}", "[affinity] [user] must be the id of a user, got a list");
        for (String weight : List.of("\"NaN\"", "-1", "21", "\"Infinity\"")) {
            assertRefused(
                "\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"weight\": " + weight + "}",
                "[affinity] [weight] must be a number from 0 to 20, got ["
            );
        }
        assertRefused("\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", \"wieght\": 1}", "unknown field [wieght]");
        Map<String, String> wrong = Map.of(
            "\"score_mode\": \"max\"",
            "[affinity] [score_mode] must be one of [multiply, sum, replace], got [max]",
            "\"max_interests\": 0",
            "[affinity] [max_interests] must be a whole number from 1 to 32, got [0]",
            "\"min_affinity\": 1.5",
            "[affinity] [min_affinity] must be a number from 0 to 1, got [1.5]",
            "\"diversity\": -0.1",
            "[affinity] [diversity] must be a number from 0 to 1, got [-0.1]",
            "\"signals\": {\"sales\": \"much\"}",
            "[affinity] [signals.sales] must be a number from 0 to 20, got [much]",
            "\"recent\": [\"\"]",
            "[affinity] [recent[0]] must be the id of an item, got []",
            "\"exclude_seen\": true",
            "[affinity] [exclude_seen] cannot be done by a rescorer",
            "\"window_size\": 5",
            "[affinity] [window_size] stands beside [affinity] in [rescore]"
        );
        wrong.forEach((said, message) -> assertRefused("\"affinity\": {\"tracker\": \"shop\", \"user\": \"ann\", " + said + "}", message));
    }
}
