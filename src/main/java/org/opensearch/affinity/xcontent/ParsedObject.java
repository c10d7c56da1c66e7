package org.opensearch.affinity.xcontent;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * One object within a definition or a request as somebody wrote it. What is wrong is answered with an
 * {@link IllegalArgumentException} that names the field, the value and what would be right.
 *
 * @param path of the object, empty for the outermost
 */
public record ParsedObject(String path, Map<String, Object> said) {

    /** @param example of what would be right */
    @SuppressWarnings("unchecked")
    public static ParsedObject of(String path, Object value, String example) {
        if (value instanceof Map<?, ?> map) {
            return new ParsedObject(path, (Map<String, Object>) map);
        }
        throw new IllegalArgumentException("[" + path + "] must be an object such as " + example + ", got [" + value + "]");
    }

    public ParsedObject requireOnly(String... known) {
        TreeSet<String> unknown = new TreeSet<>(said.keySet());
        unknown.removeAll(List.of(known));
        if (unknown.isEmpty() == false) {
            throw new IllegalArgumentException("[" + (path.isEmpty() ? "body" : path) + "] knows " + List.of(known) + ", not " + unknown);
        }
        return this;
    }

    public boolean has(String name) {
        return said.containsKey(name);
    }

    public Object get(String name) {
        return said.get(name);
    }

    public int wholeNumber(String name, int otherwise, int least, int most) {
        if (has(name) == false) {
            return otherwise;
        }
        if (get(name) instanceof Integer number && number >= least && number <= most) {
            return number;
        }
        throw wrong(name, get(name), "a whole number from " + least + " to " + most);
    }

    /** @param wanted what it must be */
    public String text(String name, String otherwise, String wanted) {
        return has(name) ? text(name, get(name), wanted) : otherwise;
    }

    public List<String> texts(String name, List<String> otherwise, String wanted) {
        if (has(name) == false) {
            return otherwise;
        }
        List<?> several = get(name) instanceof List<?> list ? list : Arrays.asList(get(name));
        if (several.isEmpty()) {
            throw wrong(name, several, wanted);
        }
        return several.stream().map(one -> text(name, one, wanted)).toList();
    }

    private String text(String name, Object value, String wanted) {
        if (value instanceof String text && text.isBlank() == false) {
            return text;
        }
        throw wrong(name, value, wanted);
    }

    /** The path of a member. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The error that says of a member what it must be. */
    public IllegalArgumentException wrong(String name, Object value, String wanted) {
        return new IllegalArgumentException("[" + path(name) + "] must be " + wanted + ", got [" + value + "]");
    }
}
