package org.opensearch.affinity.xcontent;

import org.opensearch.ExceptionsHelper;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What each reader takes, and what errors say. */
public class BuilderParserTests extends OpenSearchTestCase {
    private static final class Inner {
        private static final BuilderParser<Inner> PARSER = new BuilderParser<>(Inner::new);

        static {
            PARSER.declare("number", Values.wholeNumber(1, 9), (b, value) -> b.number = value);
            PARSER.declare("other", Values.STRING, (b, value) -> {});
        }

        private Integer number;

        private int build(FieldPath path) {
            return path.field("number").require(number, "give one");
        }
    }

    private static final BuilderParser<Map<String, Object>> PARSER = new BuilderParser<>(TreeMap::new);
    private static final BuilderParser<Map<String, Object>> DOCUMENTS = BuilderParser.skippingUnknown(TreeMap::new);

    static {
        declare("string", Values.STRING);
        declare("text", Values.text("a name"));
        declare("id", Values.id("an id"));
        declare("string_or_number", Values.STRING_OR_NUMBER);
        declare("boolean", Values.BOOLEAN);
        declare("boolean_or_string", Values.BOOLEAN_OR_STRING);
        declare("whole", Values.wholeNumber(-2, 1_000));
        declare("whole_or_string", Values.wholeNumberOrString(-2, 1_000));
        declare("number", Values.number("a number up to 5", number -> number <= 5));
        declare("number_or_string", Values.numberOrString("a number up to 5", number -> number <= 5));
        declare("time", Values.time("[3d]"));
        declare("list", Values.list(Values.text("a name"), 3, "a list of at most 3 names"));
        declare("one_or_list", Values.oneOrList(Values.text("a name"), 3, "a list of at most 3 names"));
        declare("map", Values.map("an object with whole numbers", name -> Values.wholeNumber(0, 9)));
        declare("object", Values.object("an object such as {}"));
        declare("inner", Inner.PARSER.reader("an object such as {\"number\": 1}", Inner::build));
        declare("inners", Values.list(Inner.PARSER.reader("an object such as {\"number\": 1}", Inner::build), 9, "a list of objects"));
        PARSER.refuse("elsewhere", "must stand elsewhere");
        DOCUMENTS.declare("string", Values.STRING, (b, value) -> b.put("string", value));
    }

    private static <T> void declare(String name, ValueReader<T> reader) {
        PARSER.declare(name, reader, (b, value) -> b.put(name, value));
    }

    private Map<String, Object> parse(BuilderParser<Map<String, Object>> builders, String json) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            Map<String, Object> parsed = builders.parse(parser, FieldPath.body("[test] "));
            assertNull("read to its end", parser.nextToken());
            return parsed;
        }
    }

    private void assertTakes(String field, String json, Object value) throws IOException {
        String body = "{\"" + field + "\": " + json + ", \"string\": \"after\"}";
        assertEquals(value, parse(PARSER, body).get(field));
        Map<String, Object> object = parse(DOCUMENTS, "{}");
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, body)) {
            object.putAll(parser.map());
        }
        assertEquals("as it was parsed before", value, PARSER.parse(object, FieldPath.body("")).get(field));
    }

    private void assertRefused(String json, String message) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse(PARSER, json));
        assertEquals(message, e.getMessage());
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    }

    private void assertRefuses(String field, String wanted, String... values) {
        for (String value : values) {
            String got = switch (value.charAt(0)) {
                case '{' -> "an object";
                case '[' -> "a list";
                default -> "[" + value.replace("\"", "") + "]";
            };
            assertRefused("{\"" + field + "\": " + value + "}", "[test] [" + field + "] must be " + wanted + ", got " + got);
        }
    }

    public void testStrings() throws IOException {
        assertTakes("text", "\"a b\"", "a b");
        assertRefuses("text", "a name", "\" \"", "\"\"", "5", "true", "null", "[\"a\"]", "{}");
        assertEquals("", parse(PARSER, "{\"string\": \"\"}").get("string"));
        assertRefuses("string", "a string", "5", "true", "null", "[]", "{}");
        assertTakes("id", "\"a\"", "a");
        assertTakes("id", "12345678901", "12345678901");
        assertRefuses("id", "an id", "\" \"", "1.5", "true", "null", "[]", "{}");
        assertTakes("string_or_number", "\"\"", "");
        assertTakes("string_or_number", "1.5", "1.5");
        assertRefuses("string_or_number", "a string or a number", "true", "null", "[]", "{}");
    }

    public void testNumbersMustBeNumbersUnlessTheReaderSaysOtherwise() throws IOException {
        String wanted = "a whole number from -2 to 1000";
        for (String field : List.of("whole", "whole_or_string")) {
            assertTakes(field, "-2", -2);
            assertTakes(field, "1000", 1_000);
            assertRefuses(field, wanted, "-3", "1001", "12345678901", "123456789012345678901", "7.0", "7.5", "\"x\"", "\"7.0\"", "\"\"", "true", "null", "[7]", "{}");
        }
        assertRefuses("whole", wanted, "\"7\"");
        assertTakes("whole_or_string", "\"7\"", 7);
        for (String field : List.of("number", "number_or_string")) {
            assertTakes(field, "5", 5.0);
            assertTakes(field, "-0.25", -0.25);
            assertRefuses(field, "a number up to 5", "5.5", "\"NaN\"", "\"x\"", "\"\"", "true", "null", "[1]", "{}");
        }
        assertRefuses("number", "a number up to 5", "\"1\"");
        assertTakes("number_or_string", "\"1.5\"", 1.5);
    }

    public void testBooleansMustBeBooleansUnlessTheReaderSaysOtherwise() throws IOException {
        for (String field : List.of("boolean", "boolean_or_string")) {
            assertTakes(field, "true", true);
            assertTakes(field, "false", false);
            assertRefuses(field, "[true] or [false]", "\"yes\"", "\"True\"", "\"\"", "1", "null", "[]", "{}");
        }
        assertRefuses("boolean", "[true] or [false]", "\"true\"");
        assertTakes("boolean_or_string", "\"false\"", false);
    }

    public void testTimes() throws IOException {
        assertTakes("time", "\"36h\"", TimeValue.timeValueHours(36));
        assertRefuses("time", "a time above 0 such as [3d]", "\"0d\"", "\"-1\"", "\"-3d\"", "\"soon\"", "\"5\"", "5", "null", "[]", "{}");
    }

    public void testLists() throws IOException {
        assertTakes("list", "[\"a\", \"b\", \"a\"]", List.of("a", "b", "a"));
        assertTakes("list", "[]", List.of());
        assertRefuses("list", "a list of at most 3 names", "\"a\"", "null", "{}");
        assertRefused("{\"list\": [\"a\", \"a\", \"a\", 5]}", "[test] [list] must be a list of at most 3 names, got more");
        assertRefused("{\"list\": [\"a\", [\"b\"]]}", "[test] [list[1]] must be a name, got a list");
        assertTakes("one_or_list", "\"a\"", List.of("a"));
        assertTakes("one_or_list", "[\"a\"]", List.of("a"));
        assertRefuses("one_or_list", "a name", "5", "null", "{}");
    }

    public void testObjects() throws IOException {
        assertTakes("map", "{\"b\": 2, \"a\": 1}", Map.of("a", 1, "b", 2));
        assertRefuses("map", "an object with whole numbers", "[]", "null", "5");
        assertRefused("{\"map\": {\"a.b\": 10}}", "[test] [map.a.b] must be a whole number from 0 to 9, got [10]");
        assertTakes("object", "{\"a\": {\"b\": [1]}}", Map.of("a", Map.of("b", List.of(1))));
        assertRefuses("object", "an object such as {}", "[]", "null", "\"a\"");
    }

    public void testErrorsOfInnerObjectsNameTheWholePath() throws IOException {
        assertTakes("inner", "{\"number\": 3}", 3);
        assertTakes("inners", "[{\"number\": 3}, {\"number\": 4, \"other\": \"x\"}]", List.of(3, 4));
        assertRefuses("inner", "an object such as {\"number\": 1}", "[]", "3", "null");
        assertRefused("{\"inner\": {\"number\": 10}}", "[test] [inner.number] must be a whole number from 1 to 9, got [10]");
        assertRefused("{\"inner\": {}}", "[test] [inner.number] is required: give one");
        assertRefused("{\"inners\": [{\"number\": 3}, {\"other\": 4}]}", "[test] [inners[1].other] must be a string, got [4]");
        assertRefused("{\"inners\": [{\"nmber\": 3}]}", "[test] [inners[0]] unknown field [nmber] did you mean [number]?");
        assertRefused("{\"inners\": [{\"x\": 3}]}", "[test] [inners[0]] unknown field [x]; known: [number, other]");
    }

    public void testUnknownFields() throws IOException {
        assertRefused("{\"txt\": 1}", "[test] unknown field [txt] did you mean [text]?");
        assertRefused("{\"elsewhere\": [1, {}]}", "[test] [elsewhere] must stand elsewhere");
        assertEquals(Map.of("string", "a"), parse(DOCUMENTS, "{\"x\": {\"y\": [1]}, \"string\": \"a\", \"z\": [[]]}"));
    }

    public void testTheBodyMustBeAnObject() {
        for (String body : List.of("[]", "5", "null", "")) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> parse(PARSER, body));
            assertTrue(e.getMessage(), e.getMessage().startsWith("[test] [body] must be an object with some of [boolean, boolean_or_string, id, "));
        }
    }

    public void testBrokenJson() {
        expectThrows(IOException.class, () -> parse(PARSER, "{\"map\": {\"a\": 1"));
        expectThrows(IOException.class, () -> parse(PARSER, "{\"string\": \"a\" \"b\"}"));
    }
}
