package org.opensearch.affinity.format;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A value as text, a line for each field of a class of the plugin: what is compared with a fixture. */
final class ValueText {
    private static final String OWN = "org.opensearch.affinity.";
    /** Computed from other fields when a value is read; the last digits depend on the processor. */
    private static final Set<String> DERIVED = Set.of("norm", "axes", "offsets", "centreSquared", "hash");

    private final StringBuilder text = new StringBuilder();

    private ValueText() {}

    static String of(Object value) throws IllegalAccessException {
        ValueText all = new ValueText();
        all.fields(value, value.getClass(), "");
        return all.text.toString();
    }

    private void fields(Object value, Class<?> type, String indent) throws IllegalAccessException {
        if (type.getSuperclass() != null && type.getSuperclass().getName().startsWith(OWN)) {
            fields(value, type.getSuperclass(), indent);
        }
        for (Field field : type.getDeclaredFields()) {
            Class<?> of = field.getType();
            boolean isOfNode = Supplier.class.isAssignableFrom(of) || of.getSimpleName().matches("RankNode|Kind");
            boolean isHere = isOfNode || Modifier.isStatic(field.getModifiers()) || field.isSynthetic();
            if (isHere == false && DERIVED.contains(field.getName()) == false) {
                field.setAccessible(true);
                text.append(indent).append(field.getName()).append(':');
                value(field.get(value), indent);
            }
        }
    }

    private void value(Object value, String indent) throws IllegalAccessException {
        String deeper = indent + "  ";
        switch (value) {
            case null -> text.append(" null\n");
            case Map<?, ?> map -> {
                text.append('\n');
                for (Map.Entry<?, ?> entry : (map.getClass() == HashMap.class ? new TreeMap<>(map) : map).entrySet()) {
                    text.append(deeper).append(entry.getKey()).append(" =");
                    value(entry.getValue(), deeper);
                }
            }
            case Collection<?> list -> elements(list.toArray(), deeper);
            case Object array when array.getClass().isArray() -> elements(array, deeper);
            case Enum<?> constant -> text.append(' ').append(constant.name()).append('\n');
            case Object own when own.getClass().getName().startsWith(OWN) -> {
                text.append('\n');
                fields(own, own.getClass(), deeper);
            }
            default -> text.append(' ').append(value.toString().replaceAll("\\s+", " ")).append('\n');
        }
    }

    private void elements(Object array, String indent) throws IllegalAccessException {
        text.append('\n');
        for (int i = 0; i < Array.getLength(array); i++) {
            text.append(indent).append('-');
            value(Array.get(array, i), indent);
        }
    }
}
