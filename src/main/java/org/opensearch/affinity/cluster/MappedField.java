package org.opensearch.affinity.cluster;

import org.opensearch.cluster.metadata.MappingMetadata;

import java.util.Comparator;
import java.util.Map;
import java.util.Set;

/**
 * A field as an index maps it. Immutable.
 *
 * @param path       dotted path, also where there is no such field
 * @param definition the field's part of the mapping; empty where there is no such field
 * @param parent     for a sub-field, such as {@code title.en} of {@code title}: the path of the field that documents have; else null
 * @param nestedIn   path of the innermost object of type {@code nested} that has the field; null if there is none
 */
public record MappedField(String path, Map<?, ?> definition, String parent, String nestedIn) {
    private static final String ALIAS = "alias";
    private static final String KEYWORD = "keyword";
    private static final Set<String> ANALYZED = Set.of("text", "match_only_text");

    /**
     * Finds a field in a mapping: in objects, by a name that has dots itself, or as a sub-field.
     *
     * @param mapping null for an index without one
     */
    public static MappedField of(String path, MappingMetadata mapping) {
        MappedField found = mapping == null ? null : find(path, 0, mapping.sourceAsMap(), null);
        return found == null ? new MappedField(path, Map.of(), null, null) : found;
    }

    /**
     * Searches a part of a mapping.
     *
     * @param start where the part of the path begins that has not been found yet
     * @return null if there is no such field
     */
    private static MappedField find(String path, int start, Map<?, ?> part, String nestedIn) {
        for (int end = path.length(); end > start; end = path.lastIndexOf('.', end - 1)) {
            String name = path.substring(start, end);
            Map<?, ?> child = child(part, "properties", name);
            if (child != null) {
                String nested = "nested".equals(child.get("type")) ? path.substring(0, end) : nestedIn;
                MappedField found = end == path.length()
                    ? new MappedField(path, child, null, nested)
                    : find(path, end + 1, child, nested);
                if (found != null) {
                    return found;
                }
            }
        }
        Map<?, ?> subField = start == 0 ? null : child(part, "fields", path.substring(start));
        return subField == null ? null : new MappedField(path, subField, path.substring(0, start - 1), nestedIn);
    }

    /** Returns a child of a part of the mapping, from its {@code properties} or {@code fields}; null if there is none. */
    private static Map<?, ?> child(Map<?, ?> part, String group, String name) {
        return part.get(group) instanceof Map<?, ?> children && children.get(name) instanceof Map<?, ?> child ? child : null;
    }

    /** Returns the field's type; null if there is no such field. */
    public String type() {
        Object type = definition.get("type");
        return type == null ? null : type.toString();
    }

    /** Whether the field has doc values, for types that have them unless the mapping says otherwise. */
    public boolean hasDocValues() {
        return "false".equals(String.valueOf(definition.get("doc_values"))) == false;
    }

    /** Returns the path at which documents have the field's value: that of the field of a sub-field, and that which a field alias names. */
    public String sourcePath() {
        if (ALIAS.equals(type())) {
            return String.valueOf(definition.get("path"));
        }
        return parent == null ? path : parent;
    }

    /** Whether a term query on the field matches this value, and no other. */
    private boolean findsExactly(String value) {
        boolean isIndexed = "false".equals(String.valueOf(definition.get("index"))) == false;
        int maxLength = definition.get("ignore_above") instanceof Number above ? above.intValue() : Integer.MAX_VALUE;
        return type() != null && ANALYZED.contains(type()) == false && isIndexed && value.length() <= maxLength;
    }

    /**
     * Returns the field whose term query matches this value and no other: this one, or a sub-field of type {@code keyword}, first of all
     * the one of this name, which dynamic mappings have; null if there is none.
     */
    public MappedField exactField(String value) {
        if (findsExactly(value)) {
            return this;
        }
        Map<?, ?> subFields = definition.get("fields") instanceof Map<?, ?> fields ? fields : Map.of();
        return subFields.keySet()
            .stream()
            .map(String::valueOf)
            .sorted(Comparator.comparing((String name) -> name.equals(KEYWORD) == false).thenComparing(name -> name))
            .map(name -> new MappedField(path + "." + name, child(definition, "fields", name), path, nestedIn))
            .filter(field -> KEYWORD.equals(field.type()) && field.findsExactly(value))
            .findFirst()
            .orElse(null);
    }
}
