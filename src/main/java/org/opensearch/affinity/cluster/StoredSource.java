package org.opensearch.affinity.cluster;

import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.common.xcontent.support.XContentMapValues;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an index keeps of its documents in {@code _source}. Immutable.
 *
 * @param isEnabled whether it keeps a source at all
 * @param includes  patterns of paths that are kept; empty for all
 * @param excludes  patterns of paths that are not kept
 */
public record StoredSource(boolean isEnabled, String[] includes, String[] excludes) {
    /** @param mapping null for an index without one */
    public static StoredSource of(MappingMetadata mapping) {
        Object source = mapping == null ? null : mapping.sourceAsMap().get("_source");
        Map<?, ?> options = source instanceof Map<?, ?> map ? map : Map.of();
        boolean isEnabled = "false".equals(String.valueOf(options.get("enabled"))) == false;
        return new StoredSource(isEnabled, patterns(options.get("includes")), patterns(options.get("excludes")));
    }

    private static String[] patterns(Object value) {
        return switch (value) {
            case null -> new String[0];
            case List<?> list -> list.stream().map(String::valueOf).toArray(String[]::new);
            default -> new String[] { value.toString() };
        };
    }

    /** Whether the value of a field is kept. */
    public boolean keeps(String path) {
        Object value = true;
        for (int end = path.length(), dot; end > 0; end = dot) {
            dot = path.lastIndexOf('.', end - 1);
            Map<String, Object> object = new HashMap<>();
            object.put(path.substring(dot + 1, end), value);
            value = object;
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> document = (Map<String, Object>) value;
        return isEnabled && XContentMapValues.extractValue(path, XContentMapValues.filter(document, includes, excludes)) != null;
    }
}
