package org.opensearch.affinity.event;

import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.NumberType;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The rule that the value of one field of an event must meet.
 *
 * @param expected the valid values in words, for error messages
 * @param check    accepts valid values
 */
record FieldRule(String expected, Check check) {
    /** The most characters of an invalid value that an error message quotes. */
    private static final int MAX_QUOTED = 50;
    private static final Instant EXAMPLE = Instant.parse("2026-01-15T10:00:00Z");

    static final FieldRule OBJECT = new FieldRule("an object", value -> value.currentToken() == Token.START_OBJECT);
    static final FieldRule NUMBER = new FieldRule("a number", value -> value.currentToken() == Token.VALUE_NUMBER);
    static final FieldRule WHOLE = new FieldRule("a whole number", FieldRule::isWhole);

    interface Check {
        /** Whether the value that the parser is at is valid. The parser does not move. */
        boolean isValid(XContentParser value) throws IOException;
    }

    /** Returns the rule of a string of that many characters, counted as JSON Schema does: in code points. */
    static FieldRule text(int min, int max) {
        String length = (min == 0 ? "at most [" : min + " to [") + max + "] characters";
        return new FieldRule("a string of " + length, value -> {
            if (value.currentToken() != Token.VALUE_STRING) {
                return false;
            }
            int codePoints = codePoints(value.text());
            return codePoints >= min && codePoints <= max;
        });
    }

    /** Returns the rule of a string or number that can be a document's id, whose length OpenSearch counts in bytes of UTF-8. */
    static FieldRule documentId(int max) {
        return new FieldRule("a string of 1 to [" + max + "] bytes or a number", value -> {
            if (isScalar(value) == false) {
                return false;
            }
            int bytes = value.text().getBytes(StandardCharsets.UTF_8).length;
            return bytes >= 1 && bytes <= max;
        });
    }

    /** Returns the rule of a time that the index reads. */
    static FieldRule time(TimeFormat format) {
        String expected = "a date and time such as [" + format.format(EXAMPLE) + "], in the format [" + format.pattern() + "] of the index";
        return new FieldRule(expected, value -> isScalar(value) && isTime(value.text(), format));
    }

    FieldRule or(FieldRule other) {
        return new FieldRule(expected + " or " + other.expected, value -> check.isValid(value) || other.check.isValid(value));
    }

    /**
     * Checks the value that the parser is at.
     *
     * @throws UbiEvent.InvalidException naming the field, its value and the valid values
     */
    void apply(String field, XContentParser value) throws UbiEvent.InvalidException, IOException {
        if (check.isValid(value) == false) {
            throw new UbiEvent.InvalidException("[" + field + "] is " + quoted(value) + "; wanted " + expected);
        }
    }

    private static boolean isWhole(XContentParser value) throws IOException {
        if (value.currentToken() != Token.VALUE_NUMBER) {
            return false;
        }
        NumberType type = value.numberType();
        return type == NumberType.INT || type == NumberType.LONG || type == NumberType.BIG_INTEGER || value.doubleValue() % 1 == 0;
    }

    private static boolean isScalar(XContentParser value) {
        return value.currentToken() == Token.VALUE_STRING || value.currentToken() == Token.VALUE_NUMBER;
    }

    private static boolean isTime(String text, TimeFormat format) {
        try {
            format.parse(text);
            return text.isEmpty() == false;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Returns the type or the value, shortened to {@link #MAX_QUOTED} characters. */
    private static String quoted(XContentParser value) throws IOException {
        return switch (value.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_NULL -> "[null]";
            default -> {
                String text = value.text();
                int length = codePoints(text);
                yield length <= MAX_QUOTED
                    ? "[" + text + "]"
                    : "[" + text.substring(0, text.offsetByCodePoints(0, MAX_QUOTED)) + "…] (" + length + " characters)";
            }
        };
    }

    private static int codePoints(String text) {
        return text.codePointCount(0, text.length());
    }
}
