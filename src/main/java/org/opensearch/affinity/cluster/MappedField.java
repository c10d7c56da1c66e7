package org.opensearch.affinity.cluster;

import org.opensearch.cluster.metadata.MappingMetadata;

import java.util.Map;
import java.util.Set;

/**
 * A field as the mapping of an index has it.
 *
 * @param path       dotted
 * @param definition empty where there is no such field
 */
public record MappedField(String path, Map<?, ?> definition) {
    private static final Set<String> ANALYZED = Set.of("text", "match_only_text");

    public static MappedField of(String path, MappingMetadata mapping) {
        Object node = mapping == null ? null : mapping.sourceAsMap();
        for (String part : path.split("\\.")) {
            node = within(node, "properties", part);
        }
        return new MappedField(path, node instanceof Map<?, ?> map ? map : Map.of());
    }

    private static Object within(Object node, String group, String name) {
        Object children = node instanceof Map<?, ?> map ? map.get(group) : null;
        return children instanceof Map<?, ?> map ? map.get(name) : null;
    }

    /** Null where there is no such field. */
    public String type() {
        Object type = definition.get("type");
        return type == null ? null : type.toString();
    }

    /** Whether a term query on it finds a value, and no other. */
    boolean findsExactly(String value) {
        boolean indexed = type() != null && ANALYZED.contains(type()) == false && "false".equals(String.valueOf(definition.get("index"))) == false;
        int most = definition.get("ignore_above") instanceof Number above ? above.intValue() : Integer.MAX_VALUE;
        return indexed && value.length() <= most;
    }

    /** The field that finds a value: it or its sub-field {@code keyword}, which OpenSearch makes by itself; null if neither does. */
    public MappedField exactField(String value) {
        MappedField keyword = new MappedField(path + ".keyword", within(definition, "fields", "keyword") instanceof Map<?, ?> map ? map : Map.of());
        return findsExactly(value) ? this : keyword.findsExactly(value) ? keyword : null;
    }
}
