package org.opensearch.affinity.node.search;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Signals from numeric and date fields, in the scores of an unknown user. */
public class ItemSignalsTests extends RankTestCase {
    private static final String FIELDS = """
        , "l": {"type": "long"}, "i": {"type": "integer"}, "d": {"type": "double"}, "f": {"type": "half_float"},
        "date": {"type": "date"}, "nanos": {"type": "date_nanos"}, "flag": {"type": "boolean"},
        "bare": {"type": "long", "doc_values": false}""";
    private static final long DAY = 24L * 60 * 60 * 1_000;

    private void shop() {
        createItems("shop", 2, FIELDS);
        long now = System.currentTimeMillis();
        index("shop", "half", with(Map.of("l", 100, "i", 100, "d", 100.0, "f", 100, "date", now - 10 * DAY, "nanos", now - 10 * DAY)));
        index("shop", "most", with(Map.of("l", 300, "i", 300, "d", 300.0, "f", 300, "date", now + 10 * DAY, "nanos", now + 10 * DAY)));
        List<Long> dates = List.of(now - 20 * DAY, now - 10 * DAY);
        index("shop", "several", with(Map.of("l", List.of(300, -7, 100), "d", List.of(0.5, 300.0), "date", dates)));
        index("shop", "zero", with(Map.of("l", 0, "i", -5, "d", -1e300, "f", 0, "date", 0, "nanos", 0, "flag", true)));
        index("shop", "none", item(2));
        refresh("shop");
    }

    private static Map<String, Object> with(Map<String, ?> fields) {
        Map<String, Object> item = new HashMap<>(item(2));
        item.putAll(fields);
        return item;
    }

    private static String signal(String field, String shape) {
        return ", \"signals\": {\"s\": {\"field\": \"" + field + "\", " + shape + "}}";
    }

    private Map<String, Float> scores(String index) throws IOException {
        return rescored(index, 100, "\"tracker\": \"t\", \"user\": \"nobody\"", "").scores();
    }

    /** @param expected weighted sum of the signals in the score {@code 2 · exp(sum)} */
    private static void assertSignal(double expected, Map<String, Float> scores, String item) {
        assertEquals(scores.toString(), expected, Math.log(scores.get(item) / 2), 1e-4);
    }

    public void testSaturationOfNumbers() throws Exception {
        shop();
        for (String field : List.of("l", "i", "d", "f")) {
            track("t", "shop", signal(field, "\"pivot\": 100"));
            Map<String, Float> scores = scores("shop");
            assertSignal(0.5, scores, "half");
            assertSignal(0.75, scores, "most");
            assertSignal(0, scores, "zero");
            assertSignal(0, scores, "none");
            assertSignal(field.equals("i") || field.equals("f") ? 0 : 0.75, scores, "several");
        }
        track("t", "shop", signal("flag", "\"pivot\": 1"));
        assertSignal(0.5, scores("shop"), "zero");
    }

    public void testDecayOfDates() throws Exception {
        shop();
        for (String field : List.of("date", "nanos")) {
            track("t", "shop", signal(field, "\"half_life\": \"10d\""));
            Map<String, Float> scores = scores("shop");
            assertSignal(0.5, scores, "half");
            assertSignal(1, scores, "most");
            assertSignal(0, scores, "zero");
            assertSignal(0, scores, "none");
            assertSignal(field.equals("nanos") ? 0 : 0.5, scores, "several");
        }
    }

    public void testWeightedSum() throws Exception {
        shop();
        track("t", "shop", """
            , "signals": {"sales": {"field": "l", "pivot": 100, "weight": 3}, "more": {"field": "d", "pivot": 300, "weight": 0.5}}""");
        assertSignal(3 * 0.75 + 0.5 * 0.5, scores("shop"), "most");
        String signals = "\"tracker\": \"t\", \"user\": \"nobody\", \"signals\": ";
        Map<String, Float> ofRequest = rescored("shop", 100, signals + "{\"sales\": 1}", "").scores();
        assertSignal(0.75 + 0.5 * 0.5, ofRequest, "most");
        Map<String, Float> off = rescored("shop", 100, signals + "{\"sales\": 0, \"more\": 0}", "").scores();
        off.values().forEach(score -> assertEquals(2f, score, 0f));
    }

    public void testIndexWithoutTheField() throws Exception {
        shop();
        createItems("shop-old", 1, "");
        index("shop-old", "old", item(2));
        refresh("shop-old");
        track("t", "shop", signal("l", "\"pivot\": 100"));
        Map<String, Float> scores = rescored("shop*", 100, "\"tracker\": \"t\", \"user\": \"nobody\"", ", \"explain\": true").scores();
        assertEquals(6, scores.size());
        assertSignal(0, scores, "old");
        assertSignal(0.75, scores, "most");
    }

    public void testFieldThatIsNotNumericIsRefused() throws Exception {
        shop();
        for (String field : List.of("title", "kind", "bare", "vector")) {
            assertRefused("[signals.s.field] [" + field + "]", () -> track("t", "shop", signal(field, "\"pivot\": 100")));
        }
        track("t", "shop", signal("_id", "\"pivot\": 100")); // in no mapping, as a field that comes with later documents
        String message = "[affinity] signal [s] needs a numeric or date field with doc values, [_id] is [";
        assertRefused(message, () -> scores("shop"));
    }
}
