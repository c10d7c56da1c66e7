package org.opensearch.affinity.tracker;

import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.tracker.shape.Curve;
import org.opensearch.affinity.tracker.shape.Product;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;

public class CurveTests extends OpenSearchTestCase {
    private Ranking parse(String json) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return new Ranking(ParameterValues.parse(parser, Place.RESCORE, FieldPath.body("[affinity] ")));
        }
    }

    public void testIsLinearBetweenPointsAndConstantBeyond() throws IOException {
        Curve curve = parse("{\"curves\": {\"popularity\": [[-0.5, -1], [0, 0], [0.5, 0.8], [1, 1]]}}").curves().get("popularity");
        assertEquals(-1, curve.of(-0.7), 1e-6);
        assertEquals(-0.5, curve.of(-0.25), 1e-6);
        assertEquals(0.4, curve.of(0.25), 1e-6);
        assertEquals(0.8, curve.of(0.5), 1e-6);
        assertEquals(0.9, curve.of(0.75), 1e-6);
        assertEquals(1, curve.of(3), 1e-6);
    }

    public void testWhatIsNoCurveIsRefused() {
        for (String curve : List.of("1", "\"x\"", "[]", "[[0, 0]]", "[[0, 0], [1]]", "[[0, 0], [1, 2]]", "[[0, 0], [0, 1]]", "[[0, 1], [1, 0]]", "{}")) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> parse("{\"curves\": {\"popularity\": " + curve + "}}"));
            assertTrue(curve + ": " + e.getMessage(), e.getMessage().contains("[curves.popularity]"));
            assertTrue(curve + ": " + e.getMessage(), e.getMessage().contains("2 to 16 points"));
        }
    }

    public void testProducts() throws IOException {
        Ranking ranking = parse("{\"products\": {\"affinity*popularity\": -0.5}}");
        assertEquals(List.of(new Product("affinity", "popularity", -0.5f)), ranking.products());
        assertEquals("affinity*popularity", ranking.products().getFirst().name());
        for (String name : List.of("popularity", "*popularity", "popularity*", "seen*seen")) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> parse("{\"products\": {\"" + name + "\": 1}}"));
            assertTrue(e.getMessage(), e.getMessage().contains("[affinity*popularity]"));
        }
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse("{\"products\": {\"affinity*popularity\": 21}}"));
        assertTrue(e.getMessage(), e.getMessage().contains("a number from -20 to 20"));
    }

    /** Of each signal, the curve with the higher precedence counts. */
    public void testPrecedence() throws IOException {
        Ranking request = parse("{\"curves\": {\"a\": [[0, 0], [1, 1]]}, \"products\": {\"a*b\": 1}}");
        Ranking model = parse("{\"curves\": {\"a\": [[0, 0], [1, 0.5]], \"b\": [[0, 0], [1, 0.5]]}, \"products\": {\"a*b\": 2, \"b*c\": 3}}");
        Ranking both = request.orElse(model);
        assertEquals(1, both.curves().get("a").of(1), 0);
        assertEquals(0.5, both.curves().get("b").of(1), 0);
        assertEquals(List.of(new Product("a", "b", 1), new Product("b", "c", 3)), both.products());
    }
}
