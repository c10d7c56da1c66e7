package org.opensearch.affinity.event;

import org.opensearch.common.time.DateFormatter;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.NumberType;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What the value of one field of an event must be.
 *
 * @param wanted the same in words
 */
record FieldRule(String wanted, Check check) {
    private static final int SHOWN = 50;
    private static final DateFormatter ISO_8601 = DateFormatter.forPattern("strict_date_optional_time");

    static final FieldRule OBJECT = new FieldRule("an object", value -> value.currentToken() == Token.START_OBJECT);
    static final FieldRule NUMBER = new FieldRule("a number", value -> value.currentToken() == Token.VALUE_NUMBER);
    static final FieldRule WHOLE = new FieldRule("a whole number", FieldRule::isWhole);
    static final FieldRule TIME = new FieldRule("an ISO 8601 date and time such as [2026-01-15T10:00:00Z]", FieldRule::isTime);

    /** Whether the value that the parser is at will do. */
    interface Check {
        boolean holds(XContentParser value) throws IOException;
    }

    /** A string. Lengths are those of JSON schema, in code points. */
    static FieldRule text(int least, int most) {
        String length = (least == 0 ? "at most [" : least + " to [") + most + "] characters";
        return new FieldRule("a string of " + length, value -> {
            if (value.currentToken() != Token.VALUE_STRING) {
                return false;
            }
            int points = points(value.text());
            return points >= least && points <= most;
        });
    }

    /** A string that is some document's id in OpenSearch, which counts bytes. */
    static FieldRule documentId(int most) {
        return new FieldRule("a string of 1 to [" + most + "] bytes", value -> {
            if (value.currentToken() != Token.VALUE_STRING) {
                return false;
            }
            int bytes = value.text().getBytes(StandardCharsets.UTF_8).length;
            return bytes >= 1 && bytes <= most;
        });
    }

    FieldRule or(FieldRule other) {
        return new FieldRule(wanted + " or " + other.wanted, value -> check.holds(value) || other.check.holds(value));
    }

    FieldRule orNull() {
        return new FieldRule(wanted + " or null", value -> value.currentToken() == Token.VALUE_NULL || check.holds(value));
    }

    /** @throws UbiEvent.InvalidException saying what the value is and what is wanted */
    void apply(String field, XContentParser value) throws UbiEvent.InvalidException, IOException {
        if (check.holds(value) == false) {
            throw new UbiEvent.InvalidException("[" + field + "] is " + found(value) + "; wanted " + wanted);
        }
    }

    private static boolean isWhole(XContentParser value) throws IOException {
        if (value.currentToken() != Token.VALUE_NUMBER) {
            return false;
        }
        NumberType type = value.numberType();
        return type == NumberType.INT || type == NumberType.LONG || type == NumberType.BIG_INTEGER || value.doubleValue() % 1 == 0;
    }

    private static boolean isTime(XContentParser value) throws IOException {
        if (value.currentToken() != Token.VALUE_STRING || value.text().indexOf('T') < 0) {
            return false;
        }
        try {
            ISO_8601.parse(value.text());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What the value is, cut short where it is long. */
    private static String found(XContentParser value) throws IOException {
        return switch (value.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_NULL -> "[null]";
            default -> {
                String text = value.text();
                int points = points(text);
                yield points <= SHOWN ? "[" + text + "]" : "[" + text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "…] (" + points + " characters)";
            }
        };
    }

    private static int points(String text) {
        return text.codePointCount(0, text.length());
    }
}
