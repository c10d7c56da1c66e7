package org.opensearch.affinity.evaluate;

import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

public class EvaluateRequestTests extends OpenSearchTestCase {
    private static final String QUERY = """
        {"query_id": 7, "user_id": "ann", "user_query": "lamp", "timestamp": "2026-02-01T10:00:00Z", "relevant": ["p1", 2]}""";

    private EvaluateRequest parse(String body) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, body)) {
            return EvaluateRequest.parse("shop", parser, false);
        }
    }

    private void assertRefused(String message, String body) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse(body));
        assertTrue("expected [" + message + "] in: " + e.getMessage(), e.getMessage().contains(message));
        assertTrue(e.getMessage(), e.getMessage().startsWith("[affinity] "));
    }

    private static String with(String from, String to) {
        return "{\"queries\": [" + QUERY.replace(from, to) + "]}";
    }

    public void testDefaults() throws IOException {
        EvaluateRequest request = parse("{\"queries\": [" + QUERY + "]}");
        assertEquals(List.of(new JudgedQuery("7", "ann", "lamp", 1_769_940_000_000L, Map.of("p1", 1.0, "2", 1.0))), request.queries());
        assertArrayEquals(new int[] { 10 }, request.cuts());
        assertEquals(100, request.depth());
        assertFalse(request.skipsLeaks());
        assertNull(request.search());
        assertEquals("tracker [shop], [1] queries", request.getDescription());
    }

    public void testOptionalFieldsOfAQuery() throws IOException {
        JudgedQuery query = parse(with("[\"p1\", 2]", "{\"p1\": 3, \"p2\": 0.5}").replace("\"2026-02-01T10:00:00Z\"", "1769940000000").replace("\"query_id\": 7, ", ""))
            .queries()
            .getFirst();
        assertEquals(new JudgedQuery("queries[0]", "ann", "lamp", 1_769_940_000_000L, Map.of("p1", 3.0, "p2", 0.5)), query);
        assertEquals("", parse(with("\"user_query\": \"lamp\",", "")).queries().getFirst().text());
    }

    public void testTravels() throws IOException {
        EvaluateRequest request = parse("""
            {"index": "judged", "search": {"query": {"match": {"title": "{{user_query}}"}}}, "ranking": {"weight": 2}, "k": [5, 20], "depth": 50, "leaks": "skip"}""");
        EvaluateRequest copy = copyWriteable(request, writableRegistry(), EvaluateRequest::new);
        assertEquals("judged", copy.index());
        assertEquals(request.search(), copy.search());
        assertEquals(Map.of("weight", 2), copy.ranking());
        assertArrayEquals(new int[] { 5, 20 }, copy.cuts());
        assertEquals(50, copy.depth());
        assertTrue(copy.skipsLeaks());
        EvaluateRequest inline = parse(with("7", "\"seven\""));
        assertEquals(inline.queries(), copyWriteable(inline, writableRegistry(), EvaluateRequest::new).queries());
    }

    public void testErrors() {
        assertRefused("[queries] or [index] is required, and not both", "{}");
        assertRefused("[queries] or [index] is required, and not both", "{\"index\": \"a\", \"queries\": [" + QUERY + "]}");
        assertRefused("[affinity] unknown field [query] did you mean [queries]?", "{\"query\": {}}");
        assertRefused("[queries] must be a list of 1 to 10000 judged queries; put more into an index and name it in [index], got [0]", "{\"queries\": []}");
        String many = IntStream.range(0, 10_001).mapToObj(i -> QUERY).collect(Collectors.joining(","));
        assertRefused("put more into an index and name it in [index], got more", "{\"queries\": [" + many + "]}");
        assertRefused("[queries[1]] must be an object such as {\"user_id\": \"ann\", ", "{\"queries\": [" + QUERY + ", 3]}");
        assertRefused("[queries[0].user_id] is required: name the user who asked the query", with("\"user_id\": \"ann\",", ""));
        assertRefused("[queries[0].user_id] must be an id, a string that is not blank, got [null]", with("\"ann\"", "null"));
        assertRefused("[queries[0].user_id] must be an id, a string that is not blank, got [ ]", with("ann", " "));
        assertRefused("[queries[0].user_query] must be what was typed", with("\"lamp\"", "5"));
        assertRefused("[queries[0].timestamp] must be when the query was asked, such as [2026-01-15T10:00:00Z] or epoch milliseconds, got [yesterday]", with("2026-02-01T10:00:00Z", "yesterday"));
        assertRefused("[queries[0].timestamp] is required: say when", with("\"timestamp\": \"2026-02-01T10:00:00Z\",", ""));
        assertRefused("[queries[0].relevant] must be a list of item ids, or an object such as", with("[\"p1\", 2]", "[]"));
        assertRefused("[queries[0].relevant[0]] must be the id of an item, got a list", with("[\"p1\", 2]", "[[\"p1\"]]"));
        assertRefused("[queries[0].relevant.p1] must be a gain above 0; leave out what is not relevant, got [0]", with("[\"p1\", 2]", "{\"p1\": 0}"));
        assertRefused("[queries[0]] unknown field [user] did you mean", with("user_id", "user"));
        assertRefused("[k[0]] must be a whole number from 1 to 100, got [0]", "{\"index\": \"a\", \"k\": [0]}");
        assertRefused("[k] must be a whole number from 1 to 100, got [7.0]", "{\"index\": \"a\", \"k\": 7.0}");
        String cuts = "[k] must be at most 5 different whole numbers from 1 to 100, such as [10], got ";
        assertRefused(cuts + "[[10, 10]]", "{\"index\": \"a\", \"k\": [10, 10]}");
        assertRefused(cuts + "[0]", "{\"index\": \"a\", \"k\": []}");
        assertRefused(cuts + "more", "{\"index\": \"a\", \"k\": [1, 2, 3, 4, 5, 6]}");
        assertRefused("[depth] must be a whole number from 1 to 1000, got [20]", "{\"index\": \"a\", \"depth\": \"20\"}");
        assertRefused("[depth] must be a whole number from 20 to 1000, got [10]", "{\"index\": \"a\", \"k\": [20], \"depth\": 10}");
        assertRefused("[leaks] must be [refuse] or [skip], got [allow]", "{\"index\": \"a\", \"leaks\": \"allow\"}");
        assertRefused("[search] must be an object such as", "{\"index\": \"a\", \"search\": 3}");
        assertRefused("[ranking] must be an object such as", "{\"index\": \"a\", \"ranking\": []}");
    }

    public void testFindingsTravelInTheirOrder() throws IOException {
        Map<String, Map<String, Interval>> part = Map.of("plain", Map.of("mrr", new Interval(0.1, 0.05, 0.2)));
        RankingFigures findings = new RankingFigures(3, part, Map.of(), part);
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            findings.writeTo(out);
            assertEquals(findings, new RankingFigures(out.bytes().streamInput()));
        }
    }
}
