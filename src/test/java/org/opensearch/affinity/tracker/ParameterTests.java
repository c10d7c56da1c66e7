package org.opensearch.affinity.tracker;

import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

public class ParameterTests extends OpenSearchTestCase {
    private static final String TABLE = "| parameter | values | default | request | pipeline |";
    private static final String ALL = """
        {"tracker": "shop", "user": "ann", "query_text": "", "recent": ["p1", 2], "context": {"hour": 20, "device": "phone"}, "weight": 2.5,
         "relevance": 0.1, "score_mode": "sum", "window_size": 7, "signals": {"seen": -3.5, "sales": 0.25}, "max_interests": 3, "min_affinity": 0.2,
         "session_weight": 1, "own_items": 0, "explore": 0.3, "diversity": 0.7, "exclude_seen": true, "why": false,
         "curves": {"sales": [[0, 0], [0.5, 0.75], [1, 1]]}, "products": {"affinity*sales": -2.5}, "concepts": {"1": 0, "12": 2.5}, "segment": 7}""";

    private ParameterValues parse(String json, Place place) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return ParameterValues.parse(parser, place, FieldPath.body("[affinity] "));
        }
    }

    private static String json(ParameterValues values) throws IOException {
        try (XContentBuilder json = XContentFactory.jsonBuilder().startObject()) {
            return BytesReference.bytes(values.toXContent(json, ToXContent.EMPTY_PARAMS).endObject()).utf8ToString();
        }
    }

    /** A value of each parameter, and each place by itself: the sample lacks no parameter. */
    public void testEveryParameterIsReadWrittenAndStreamed() throws IOException {
        ParameterValues all = parse(ALL, Place.EXT);
        for (Parameter<?> parameter : Parameter.ALL) {
            assertNotNull(parameter.name(), all.get(parameter));
            ParameterValues others = all.without(parameter);
            assertNotEquals(parameter.name(), all, others);
            assertNull(parameter.name(), others.get(parameter));
            assertEquals(parameter.name(), all, others.orElse(all));
            assertEquals(others, copyWriteable(others, writableRegistry(), ParameterValues::new));
        }
        assertEquals(all, copyWriteable(all, writableRegistry(), ParameterValues::new));
        assertEquals(all, parse(json(all), Place.EXT));
        assertEquals(Map.of("hour", "20", "device", "phone"), all.get(Parameter.CONTEXT));
        assertEquals(List.of("p1", "2"), all.get(Parameter.RECENT));
        assertEquals(ParameterValues.EMPTY, parse("{\"recent\": [], \"context\": {}, \"signals\": {}}", Place.EXT));
    }

    public void testStreamsAreCompactAndOfAKnownFormat() throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            ParameterValues.EMPTY.writeTo(out);
            assertEquals("format, least format, length, set", 4, out.size());
        }
    }

    /** A parameter that this version does not know is left out; a format that it does not understand is an error. */
    public void testStreamsOfLaterVersions() throws IOException {
        byte[] unknownParameter = { 2, 1, 6, (byte) 0x80, (byte) 0x80, (byte) 0x80, 2, 42, 43 };
        assertEquals(ParameterValues.EMPTY, new ParameterValues(new BytesArray(unknownParameter).streamInput()));
        byte[] unknownFormat = { 2, 2, 1, 0 };
        expectThrows(IOException.class, () -> new ParameterValues(new BytesArray(unknownFormat).streamInput()));
    }

    public void testWhereAParameterMayNotBeSet() throws IOException {
        for (Place place : Place.values()) {
            for (Parameter<?> parameter : Parameter.ALL) {
                String json = json(parse(ALL, Place.EXT).in(Place.EXT).without(Parameter.ALL.stream().filter(other -> other != parameter).toArray(Parameter[]::new)));
                if (parameter.maySetIn(place)) {
                    assertEquals(json, json(parse(json, place)));
                } else {
                    Exception e = expectThrows(IllegalArgumentException.class, () -> parse(json, place));
                    assertTrue(e.getMessage(), e.getMessage().startsWith("[affinity] [" + parameter.name() + "] "));
                }
            }
        }
    }

    public void testDefaultsAreInRange() {
        Parameter.ALL.forEach(ParameterTests::assertDefaultInRange);
        assertEquals(Ranking.DEFAULT_WINDOW_SIZE, (int) Ranking.DEFAULT.windowSize());
        assertNull(Ranking.DEFAULT.ownItems());
    }

    private static <T> void assertDefaultInRange(Parameter<T> parameter) {
        if (parameter.defaultValue() != null) {
            assertSame(parameter.defaultValue(), parameter.require(parameter.defaultValue(), FieldPath.body("")));
        }
    }

    /** Numbers of ranking parameters may be strings, booleans too; weights of signals may not. */
    public void testTypes() throws IOException {
        assertEquals(2.5f, parse("{\"weight\": \"2.5\"}", Place.EXT).get(Parameter.WEIGHT), 0);
        assertEquals(7, (int) parse("{\"window_size\": \"7\"}", Place.EXT).get(Parameter.WINDOW_SIZE));
        assertEquals(true, parse("{\"why\": \"true\"}", Place.EXT).get(Parameter.WHY));
        String nothing = "{\"user\": null, \"query_text\": null, \"recent\": null, \"context\": null}";
        assertEquals("null is absent", ParameterValues.EMPTY, parse(nothing, Place.EXT));
        assertEquals(ParameterValues.EMPTY, parse("{\"user\": \" \"}", Place.EXT));
        assertEquals("42", parse("{\"user\": 42}", Place.EXT).get(Parameter.USER));
        for (String wrong : List.of("\"weight\": null", "\"weight\": true", "\"weight\": [1]", "\"window_size\": 7.0", "\"score_mode\": 1", "\"why\": 1", "\"user\": 5.5", "\"user\": true", "\"recent\": [1.5]", "\"context\": {\"a\": true}", "\"signals\": {\"a\": \"1\"}")) {
            String name = wrong.split("\"")[1];
            Exception e = expectThrows(IllegalArgumentException.class, () -> parse("{" + wrong + "}", Place.EXT));
            assertTrue(e.getMessage(), e.getMessage().startsWith("[affinity] [" + name));
            assertTrue(e.getMessage(), e.getMessage().contains("must be "));
        }
    }

    /** Ids of users are compared with those of events, which may be numbers in any notation. */
    public void testNumbersAsUsers() throws IOException {
        for (String number : List.of("42", "42.0", "4.2e1", "\"42\"")) {
            assertEquals("42", parse("{\"user\": " + number + "}", Place.EXT).get(Parameter.USER));
            assertEquals(List.of("42"), parse("{\"recent\": [" + number + "]}", Place.EXT).get(Parameter.RECENT));
            assertEquals(Map.of("floor", "42"), parse("{\"context\": {\"floor\": " + number + "}}", Place.EXT).get(Parameter.CONTEXT));
        }
        assertEquals("1234567890123456789012", parse("{\"user\": 1234567890123456789012}", Place.EXT).get(Parameter.USER));
    }

    /** The table of the documentation has a row for every parameter, with the range, the default and the places of the list. */
    public void testTheDocumentationsTable() throws IOException {
        Map<String, List<String>> rows = rows();
        assertEquals(Parameter.ALL.stream().map(Parameter::name).sorted().toList(), rows.keySet().stream().sorted().toList());
        for (Parameter<?> parameter : Parameter.ALL) {
            List<String> row = rows.get(parameter.name());
            assertValues(parameter, row.get(1));
            assertDefault(parameter, row.get(2));
            assertRequest(parameter, row.get(3));
            assertEquals("pipeline: " + parameter, parameter.maySetIn(Place.PIPELINE) ? "yes" : "", row.get(4));
            assertEquals("tracker: " + parameter, parameter.maySetIn(Place.TRACKER) ? "yes" : "", row.get(5));
        }
    }

    /** Cells of each row, without backticks, by the name of the parameter. */
    private static Map<String, List<String>> rows() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("docs", "search.md"));
        int header = lines.indexOf(lines.stream().filter(line -> line.startsWith(TABLE)).findFirst().orElseThrow());
        assertTrue(lines.get(header), lines.get(header).split("\\|")[6].contains("ranking"));
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(header + 2, lines.size())) {
            if (line.startsWith("|") == false) {
                break;
            }
            List<String> cells = Arrays.stream(line.split("\\|")).skip(1).map(cell -> cell.replace("`", "").strip()).toList();
            assertNull("twice: " + cells.get(0), rows.put(cells.get(0), cells));
        }
        return rows;
    }

    private static void assertValues(Parameter<?> parameter, String cell) {
        String values = cell.replace(",000", "000");
        if (parameter == Parameter.SIGNALS) {
            for (String part : parameter.values().replaceAll("to|from", "").split("[;, ]+")) {
                assertTrue(parameter + " lacks [" + part + "]: " + cell, values.contains(part));
            }
        } else if (parameter == Parameter.RECENT) {
            assertTrue(parameter + ": " + cell, values.startsWith(parameter.values()));
        } else if (parameter.values().isEmpty()) {
            assertFalse(parameter + " has no values", values.isEmpty());
        } else {
            assertEquals("values: " + parameter, parameter.values(), values);
        }
    }

    private static void assertDefault(Parameter<?> parameter, String cell) {
        switch (parameter.defaultValue()) {
            case null -> assertTrue(parameter + " has no default value, but: " + cell, cell.matches("[^0-9]+"));
            case Number number -> assertEquals("default: " + parameter, number.doubleValue(), Double.parseDouble(cell.replace(",", "")), 1e-9);
            case Object value -> assertEquals("default: " + parameter, value.toString(), cell);
        }
    }

    /** A parameter that only one of {@code rescore.affinity} and {@code ext.affinity} takes has a remark about it. */
    private static void assertRequest(Parameter<?> parameter, String cell) {
        long places = Stream.of(Place.RESCORE, Place.EXT).filter(parameter::maySetIn).count();
        if (places == 1) {
            Matcher remark = Pattern.compile("\\b(ext|rescore)\\b").matcher(cell);
            assertTrue("request: " + parameter + ": " + cell, remark.find());
        } else {
            assertEquals("request: " + parameter, places == 2 ? "yes" : "", cell);
        }
    }
}
