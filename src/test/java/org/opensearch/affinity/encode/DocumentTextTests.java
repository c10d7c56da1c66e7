package org.opensearch.affinity.encode;

import org.opensearch.ingest.IngestDocument;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.hamcrest.Matchers.containsString;

public class DocumentTextTests extends OpenSearchTestCase {
    public void testScalars() {
        assertEquals("shoe", text(Map.of("a", "  shoe\n"), "a"));
        assertEquals("42", text(Map.of("a", 42), "a"));
        assertEquals("4.5", text(Map.of("a", 4.5), "a"));
        assertEquals("true", text(Map.of("a", true), "a"));
    }

    public void testListsAndFieldsAreJoined() {
        Map<String, Object> source = Map.of("title", "Red shoe", "tags", List.of("run", 42, true), "more", "Really? Yes!", "last", "x");
        assertEquals("Red shoe. run, 42, true. Really? Yes! x", text(source, "title", "tags", "more", "last"));
        assertEquals("Really? Yes! Red shoe", text(source, "more", "title"));
    }

    public void testObjectsAndPaths() {
        Map<String, Object> source = Map.of("attributes", Map.of("brand", "Acme"), "variants", List.of(Map.of("name", "big")));
        assertEquals("Acme", text(source, "attributes.brand"));
        assertEquals("big", text(source, "variants.0.name"));
        assertEquals("a sub-field has the value of its field", "Acme", text(source, "attributes.brand.en"));
        assertNull(text(source, "attributes.colour", "attributes.brand.en.more", "nothing.here"));
    }

    public void testListsOfObjects() {
        Map<String, Object> sizes = Map.of("sizes", List.of(Map.of("label", "S"), Map.of("label", List.of("M", "L"))));
        Map<String, Object> source = Map.of("variants", List.of(Map.of("name", "red", "of", sizes), Map.of("price", 3), Map.of("name", "blue")));
        assertEquals("red, blue", text(source, "variants.name"));
        assertEquals("red, blue", text(source, "_source.variants.name"));
        assertEquals("S, M, L", text(source, "variants.of.sizes.label"));
        assertEquals("red, blue", text(source, "variants.name.keyword"));
        assertNull(text(source, "variants.colour"));
        assertRefused(Map.of("a", List.of(Map.of("b", Map.of("c", 1)))), "field [a.b] must be a string", "a.b");
    }

    public void testNamesWithDots() {
        Map<String, Object> source = Map.of("book.title", "Tents", "a", Map.of("b.c", "lamp", "b", Map.of("d", "desk")));
        assertEquals("Tents", text(source, "book.title"));
        assertEquals("lamp", text(source, "a.b.c"));
        assertEquals("desk", text(source, "a.b.d"));
    }

    public void testBlankAndMissingValues() {
        Map<String, Object> source = new HashMap<>();
        source.put("null", null);
        source.put("empty", "");
        source.put("blank", " \t");
        source.put("list", Arrays.asList(null, "", " "));
        source.put("none", List.of());
        assertNull(text(source, "null", "empty", "blank", "list", "none", "missing"));
        source.put("last", "here");
        assertEquals("here", text(source, "null", "empty", "blank", "list", "none", "missing", "last"));
    }

    public void testOtherTypesAreRefused() {
        String required = "[affinity_encode] field [a] must be a string, a number, a boolean or a list of these, got ";
        assertRefused(Map.of("a", Map.of("b", 1)), required + "[object]");
        assertRefused(Map.of("a", List.of("x", Map.of("b", 1))), required + "a list of [object]");
        assertRefused(Map.of("a", List.of(List.of("x"))), required + "a list of [array]");
        assertRefused(Map.of("a", new byte[3]), required + "[byte[]]");
    }

    private static void assertRefused(Map<String, Object> source, String reason) {
        assertRefused(source, reason, "a");
    }

    private static void assertRefused(Map<String, Object> source, String reason, String field) {
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> text(source, field));
        assertThat(e.getMessage(), containsString(reason));
    }

    private static String text(Map<String, Object> source, String... fields) {
        return new DocumentText(List.of(fields), null).of(new IngestDocument("i", "1", null, null, null, new HashMap<>(source)));
    }
}
