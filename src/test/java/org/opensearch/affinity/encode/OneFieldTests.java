package org.opensearch.affinity.encode;

import org.opensearch.OpenSearchParseException;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.hamcrest.Matchers.containsString;

/** Names of fields in a processor's configuration that mean something else in searches. */
public class OneFieldTests extends OpenSearchTestCase {
    public void testPatternsAndWeightsAreRefused() {
        assertRefused("fields", List.of("name", "title^2"), "[fields[1]] must be the name of a field without a weight, got [title^2]");
        assertRefused("fields", List.of("title^2.5"), "weights stand in [combine], as in [{\"field\": \"title\", \"weight\": 2.5}]");
        assertRefused("fields", List.of("*"), "[fields[0]] must be the name of one field, got the pattern [*]: name the fields one by one");
        assertRefused("fields", List.of("title.*"), "got the pattern [title.*]");
        assertRefused("combine", List.of(Map.of("field", "title^3")), "[combine[0].field] must be the name of a field without a weight");
        assertRefused("combine", List.of(Map.of("vector_field", "*_vector")), "[combine[0].vector_field] must be the name of one field");
        assertRefused("target", "v*", "[target] must be the name of one field");
    }

    private static void assertRefused(String field, Object value, String message) {
        Map<String, Object> config = new HashMap<>(Map.of("target", "v"));
        config.put(field, value instanceof List<?> list ? new ArrayList<>(list) : value);
        EncodeProcessorFactory factory = new EncodeProcessorFactory(() -> null, null);
        Exception e = expectThrows(OpenSearchParseException.class, () -> factory.create(Map.of(), null, null, config));
        assertThat(e.getMessage(), containsString(message));
    }
}
