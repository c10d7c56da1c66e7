package org.opensearch.affinity.cluster;

import org.opensearch.cluster.metadata.MappingMetadata;

import java.util.Map;
import java.util.Set;

/**
 * A field as an index maps it. Immutable.
 *
 * @param path       dotted path, also where there is no such field
 * @param definition the field's part of the mapping; empty where there is no such field
 */
public record MappedField(String path, Map<?, ?> definition) {
    private static final Set<String> ANALYZED = Set.of("text", "match_only_text");

    /**
     * Finds a field in a mapping.
     *
     * @param mapping null for an index without one
     */
    public static MappedField of(String path, MappingMetadata mapping) {
        Object node = mapping == null ? null : mapping.sourceAsMap();
        for (String part : path.split("\\.")) {
            node = child(node, "properties", part);
        }
        return new MappedField(path, node instanceof Map<?, ?> map ? map : Map.of());
    }

    /** Returns a child of a node of the mapping, from its {@code properties} or {@code fields}; null if there is none. */
    private static Object child(Object node, String group, String name) {
        Object children = node instanceof Map<?, ?> map ? map.get(group) : null;
        return children instanceof Map<?, ?> map ? map.get(name) : null;
    }

    /** Returns the field's type; null if there is no such field. */
    public String type() {
        Object type = definition.get("type");
        return type == null ? null : type.toString();
    }

    /** Whether a term query on the field matches this value, and no other. */
    private boolean findsExactly(String value) {
        boolean isIndexed = "false".equals(String.valueOf(definition.get("index"))) == false;
        int maxLength = definition.get("ignore_above") instanceof Number above ? above.intValue() : Integer.MAX_VALUE;
        return type() != null && ANALYZED.contains(type()) == false && isIndexed && value.length() <= maxLength;
    }

    /**
     * Returns the field whose term query matches this value and no other: this one, or its sub-field {@code keyword}, which dynamic
     * mappings have; null if neither does.
     */
    public MappedField exactField(String value) {
        if (findsExactly(value)) {
            return this;
        }
        Object subField = child(definition, "fields", "keyword");
        MappedField keyword = new MappedField(path + ".keyword", subField instanceof Map<?, ?> map ? map : Map.of());
        return keyword.findsExactly(value) ? keyword : null;
    }
}
