package org.opensearch.affinity.encode;

import org.opensearch.ingest.IngestDocument;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads the values of a field from a document at ingest, by the name that a search would use: through objects, lists of objects and names that
 * have dots themselves. A sub-field such as {@code title.en} has the value of its field.
 */
final class SourceValues {
    private static final String SOURCE = "_source.";

    private SourceValues() {}

    /**
     * Returns the value of a field.
     *
     * @param path also {@code list.0.name} and the names of metadata, as other processors take them
     * @return null if the document has none; a list without inner lists if a list of objects is on the path
     */
    static Object of(IngestDocument document, String path) {
        Object own = ofField(document, path);
        if (own != null || path.lastIndexOf('.') <= 0) {
            return own;
        }
        Object parent = ofField(document, path.substring(0, path.lastIndexOf('.')));
        return isScalar(parent) ? parent : null;
    }

    private static Object ofField(IngestDocument document, String path) {
        if (document.hasField(path)) {
            return document.getFieldValue(path, Object.class);
        }
        return find(document.getSourceAndMetadata(), path.startsWith(SOURCE) ? path.substring(SOURCE.length()) : path);
    }

    private static boolean isScalar(Object value) {
        return switch (value) {
            case null -> false;
            case List<?> list -> list.isEmpty() == false && list.stream().allMatch(SourceValues::isScalar);
            default -> value instanceof Map<?, ?> == false;
        };
    }

    /** Returns the value at a path below an object or a list of objects; null if there is none. */
    private static Object find(Object node, String path) {
        if (node instanceof List<?> list) {
            List<Object> values = new ArrayList<>();
            for (Object element : list) {
                switch (find(element, path)) {
                    case null -> {
                    }
                    case List<?> several -> values.addAll(several);
                    case Object one -> values.add(one);
                }
            }
            return values.isEmpty() ? null : values;
        }
        if (node instanceof Map<?, ?> object) {
            if (object.get(path) != null) {
                return object.get(path);
            }
            for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
                Object child = object.get(path.substring(0, dot));
                Object found = child == null ? null : find(child, path.substring(dot + 1));
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }
}
