package org.opensearch.affinity.encode;

import org.opensearch.ExceptionsHelper;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.ingest.Pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.hamcrest.Matchers.containsString;

/** Configurations of the processor that are refused. */
public class EncodeProcessorDefinitionTests extends EncodeProcessorTestCase {
    public void testWrongDefinitions() {
        for (String target : List.of("_id", "_index", "_routing", ".", "a..b")) {
            assertRefused("target", target, "must name a field of its own");
        }
        assertRefused("model", "minilm", "unknown model [minilm]; available: [all-minilm-l6-v2, broken]");
        assertRefused("fields", null, "[fields] is required: name the fields of the text");
        assertRefused("fields", new ArrayList<>(), "[fields] must be a list of at least one name of a field, got [0]");
        assertRefused("fields", new ArrayList<>(List.of("a", 1)), "[fields[1]] must be the name of a field, got [1]");
        assertRefused("target", null, "[target] is required: name the field for the vector");
        assertRefused("target", "title", "must name a field of its own for the vector, not [title]");
        assertRefused("combine", new ArrayList<>(), "[combine] must be a list of at least one part, got [0]");
        assertRefused("combine", combine("field", "body"), "[combine] is instead of [fields] and [template], not beside them");
        assertRefused("combine", combine("field", "title", "vector_field", "v"), "[combine[0]] needs one of [field] and [vector_field]");
        assertRefused("combine", combine("field", "title", "weight", 0), "[combine[0].weight] must be a number above 0, got [0]");
        assertRefused("combine", combine("field", "title", "wieght", 1), "[combine[0]] unknown field [wieght] did you mean [weight]?");
        assertRefused(combining(), "combine", combine("vector_field", "vector", "weight", 1), "must name a field of its own");
        assertRefused("targets", combine("target", "a", "fields", List.of("b"), "x", 1), "[targets[0]] unknown field [x]; known: [combine, fields, target, template]");
        assertRefused("targets", combine("target", "a", "fields", List.of("b")), "[targets] is instead of [target], [fields], [template] and [combine], not beside them");
        assertRefused(new HashMap<>(), "targets", combine("target", "a", "combine", combine("field", "b", "weight", "1")), "[targets[0].combine[0].weight] must be a number above 0, got [1]");
        assertRefused("template", " ", "[template] must be a mustache template that is not empty, got [ ]");
        assertRefused("batch_size", 0, "batch size must be a positive integer");
        assertRefused("template", "{{#open}}", "open");
        assertRefused("pooling", "mean", "[pooling] is [mean]; wanted [truncate] or [chunks]");
        assertRefused("pooling", 7, "[pooling] must be a string, got [7]");
        assertRefused("max_chunks", 4, "[max_chunks] is [4], which needs [pooling] to be [chunks]; it is [truncate]");
        assertRefused("colour", "red", "unknown field [colour]; known: [");
    }

    public void testWrongNumberOfChunks() {
        for (Object wrong : List.of(0, 65, -1, "many", 2.5)) {
            Map<String, Object> config = config();
            config.put("pooling", "chunks");
            assertRefused(config, "max_chunks", wrong, "[max_chunks] must be a whole number from 1 to 64, got [" + wrong + "]");
        }
    }

    private static void assertRefused(String key, Object value, String reason) {
        assertRefused(config(), key, value, reason);
    }

    private static void assertRefused(Map<String, Object> config, String key, Object value, String reason) {
        if (value == null) {
            config.remove(key);
        } else {
            config.put(key, value);
        }
        Map<String, Object> definition = new HashMap<>();
        definition.put("processors", new ArrayList<>(List.of(new HashMap<>(Map.of(EncodeProcessor.TYPE, config)))));
        Exception e = expectThrows(Exception.class, () -> Pipeline.create("p", definition, factories(), scripts));
        assertThat(e.getMessage(), containsString(reason));
        assertEquals(e.getMessage(), RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    }

    private static List<Map<String, Object>> combine(Object... definition) {
        Map<String, Object> part = new HashMap<>();
        for (int i = 0; i < definition.length; i += 2) {
            part.put((String) definition[i], definition[i + 1]);
        }
        return new ArrayList<>(List.of(part));
    }

    /** A configuration without fields, to which {@code combine} can be added. */
    private static Map<String, Object> combining() {
        return new HashMap<>(Map.of("target", "vector"));
    }
}
