package org.opensearch.affinity.xcontent;

/**
 * The path of a field in a request or a definition. It makes the errors about the field, all of status 400.
 *
 * @param prefix the beginning of every error, such as {@code "[affinity] "}; may be empty
 * @param path   dotted, with positions in lists in brackets: {@code queries[0].user_id}; empty for the whole body
 */
public record FieldPath(String prefix, String path) {
    /** The path of a whole body. */
    public static FieldPath body(String prefix) {
        return new FieldPath(prefix, "");
    }

    /** The path of a field of this object. */
    public FieldPath field(String name) {
        return new FieldPath(prefix, path.isEmpty() ? name : path + "." + name);
    }

    /** The path of an element of this list, counted from 0. */
    public FieldPath element(int position) {
        return new FieldPath(prefix, path + "[" + position + "]");
    }

    /** An error that names this field first: {@code [half_life] is required}. */
    public IllegalArgumentException error(String problem) {
        return failure("[" + (path.isEmpty() ? "body" : path) + "] " + problem);
    }

    /** An error about several fields, with the prefix alone. */
    public IllegalArgumentException failure(String message) {
        return new IllegalArgumentException(prefix + message);
    }

    /** The error for a value that the field does not take: {@code [k] must be a whole number from 1 to 10, got [0]}. */
    public IllegalArgumentException mustBe(String wanted, Object value) {
        return error("must be " + wanted + ", got [" + value + "]");
    }

    /**
     * Checks that a required field has a value.
     *
     * @param value   null if the field is missing
     * @param purpose what to give, for the error
     */
    public <T> T require(T value, String purpose) {
        if (value == null) {
            throw error("is required: " + purpose);
        }
        return value;
    }

    /** {@link #path}. */
    @Override
    public String toString() {
        return path;
    }
}
