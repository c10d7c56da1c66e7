package org.opensearch.affinity.xcontent;

import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Readers of values. None takes null, unless its comment says so. Numbers must be JSON numbers, and booleans JSON booleans, unless the reader's
 * name says that it takes strings as well.
 */
public final class Values {
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,18}");
    /** A whole number as {@link #plainText} writes it. */
    private static final Pattern DIGITS = Pattern.compile("0|-?[1-9][0-9]*");
    /** Numbers of more digits are not brought into a {@link #plainText}. */
    public static final int MAX_DIGITS = 40;
    /** Any string, also an empty one. */
    public static final ValueReader<String> STRING = (parser, path) -> {
        if (parser.currentToken() != Token.VALUE_STRING) {
            throw mustBe("a string", parser, path);
        }
        return parser.text();
    };
    /** A string or a number, as {@link #plainText}. */
    public static final ValueReader<String> STRING_OR_NUMBER = (parser, path) -> {
        if (parser.currentToken() != Token.VALUE_STRING && parser.currentToken() != Token.VALUE_NUMBER) {
            throw mustBe("a string or a number", parser, path);
        }
        return plainText(parser);
    };
    public static final ValueReader<Boolean> BOOLEAN = (parser, path) -> bool(parser, path, false);
    public static final ValueReader<Boolean> BOOLEAN_OR_STRING = (parser, path) -> bool(parser, path, true);

    private Values() {}

    /**
     * A string that is not blank.
     *
     * @param wanted what it must be, for errors
     */
    public static ValueReader<String> text(String wanted) {
        return (parser, path) -> {
            if (parser.currentToken() != Token.VALUE_STRING || parser.text().isBlank()) {
                throw mustBe(wanted, parser, path);
            }
            return parser.text();
        };
    }

    /** A string that is not blank, or a whole number in any notation, as {@link #plainText}. */
    public static ValueReader<String> id(String wanted) {
        return (parser, path) -> {
            String text = parser.currentToken().isValue() ? plainText(parser) : "";
            boolean whole = parser.currentToken() == Token.VALUE_NUMBER && DIGITS.matcher(text).matches();
            if (whole == false && parser.currentToken() != Token.VALUE_STRING || text.isBlank()) {
                throw mustBe(wanted, parser, path);
            }
            return text;
        };
    }

    /**
     * Returns the text of a value. Numbers are written without exponent and without zeros at the end of a fraction, so that {@code 42},
     * {@code 42.0} and {@code 4.2e1} are the same id; numbers of more than {@value #MAX_DIGITS} digits are returned as they were sent.
     */
    public static String plainText(XContentParser parser) throws IOException {
        return parser.currentToken() == Token.VALUE_NUMBER ? plainNumber(parser.text()) : parser.text();
    }

    /** Returns the text of a number as {@link #plainText} writes it, and any other text as it is. */
    public static String plainNumber(String text) {
        if (DIGITS.matcher(text).matches()) {
            return text;
        }
        try {
            BigDecimal number = new BigDecimal(text).stripTrailingZeros();
            return number.precision() + Math.abs((long) number.scale()) > MAX_DIGITS ? text : number.toPlainString();
        } catch (NumberFormatException e) {
            return text; // NaN, which other formats than JSON have
        }
    }

    /** An {@link #id}, or null where there is none: for null, an empty and a blank string. */
    public static ValueReader<String> optionalId(String wanted) {
        ValueReader<String> id = id(wanted);
        return (parser, path) -> {
            boolean blank = parser.currentToken() == Token.VALUE_STRING && parser.text().isBlank();
            return blank || parser.currentToken() == Token.VALUE_NULL ? null : id.read(parser, path);
        };
    }

    /** The same reader, which takes null for a value that is absent. */
    public static <T> ValueReader<T> orNull(ValueReader<T> reader, T absent) {
        return (parser, path) -> parser.currentToken() == Token.VALUE_NULL ? absent : reader.read(parser, path);
    }

    /** A whole number; one with a fraction of 0, such as 7.0, is refused. */
    public static ValueReader<Integer> wholeNumber(int min, int max) {
        return wholeNumber(wanted(min, max), min, max);
    }

    /** @param wanted what it must be, for errors */
    public static ValueReader<Integer> wholeNumber(String wanted, int min, int max) {
        return (parser, path) -> wholeNumber(parser, path, wanted, min, max, false);
    }

    public static ValueReader<Integer> wholeNumberOrString(int min, int max) {
        return (parser, path) -> wholeNumber(parser, path, wanted(min, max), min, max, true);
    }

    private static String wanted(int min, int max) {
        return "a whole number from " + min + " to " + max;
    }

    private static int wholeNumber(XContentParser parser, FieldPath path, String wanted, int min, int max, boolean strings)
        throws IOException {
        String text = isNumber(parser, strings) ? parser.text() : "";
        if (WHOLE.matcher(text).matches() && Long.parseLong(text) >= min && Long.parseLong(text) <= max) {
            return Integer.parseInt(text);
        }
        throw mustBe(wanted, parser, path);
    }

    /** A number in a range. */
    public static ValueReader<Double> number(int min, int max) {
        return number("a number from " + min + " to " + max, number -> number >= min && number <= max);
    }

    public static ValueReader<Double> numberOrString(int min, int max) {
        return numberOrString("a number from " + min + " to " + max, number -> number >= min && number <= max);
    }

    /** A number above 0. */
    public static ValueReader<Double> positiveNumber() {
        return number("a number above 0", number -> number > 0 && number <= Double.MAX_VALUE);
    }

    /**
     * A number.
     *
     * @param wanted  what it must be, for errors
     * @param allowed must be false for NaN
     */
    public static ValueReader<Double> number(String wanted, DoublePredicate allowed) {
        return (parser, path) -> number(parser, path, wanted, allowed, false);
    }

    public static ValueReader<Double> numberOrString(String wanted, DoublePredicate allowed) {
        return (parser, path) -> number(parser, path, wanted, allowed, true);
    }

    private static double number(XContentParser parser, FieldPath path, String wanted, DoublePredicate allowed, boolean strings)
        throws IOException {
        double number = isNumber(parser, strings) ? parsed(parser.text()) : Double.NaN;
        if (allowed.test(number)) {
            return number;
        }
        throw mustBe(wanted, parser, path);
    }

    private static double parsed(String number) {
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static boolean isNumber(XContentParser parser, boolean strings) {
        return parser.currentToken() == Token.VALUE_NUMBER || strings && parser.currentToken() == Token.VALUE_STRING;
    }

    private static boolean bool(XContentParser parser, FieldPath path, boolean strings) throws IOException {
        boolean right = parser.currentToken() == Token.VALUE_BOOLEAN || strings && parser.currentToken() == Token.VALUE_STRING;
        return switch (right ? parser.text() : "") {
            case "true" -> true;
            case "false" -> false;
            default -> throw mustBe("[true] or [false]", parser, path);
        };
    }

    /**
     * A time above 0.
     *
     * @param examples for errors
     */
    public static ValueReader<TimeValue> time(String examples) {
        String wanted = "a time above 0 such as " + examples;
        return (parser, path) -> {
            long millis = parser.currentToken() == Token.VALUE_STRING ? millis(parser.text()) : 0;
            if (millis <= 0) {
                throw mustBe(wanted, parser, path);
            }
            return TimeValue.parseTimeValue(parser.text(), path.path());
        };
    }

    /** At most 0 for what is no time. */
    private static long millis(String time) {
        try {
            return TimeValue.parseTimeValue(time, "time").millis();
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    /**
     * A list.
     *
     * @param min    the least number of elements
     * @param max    the largest number of elements
     * @param wanted what it must be, for errors
     */
    public static <T> ValueReader<List<T>> list(ValueReader<T> element, int min, int max, String wanted) {
        return (parser, path) -> {
            if (parser.currentToken() != Token.START_ARRAY) {
                throw mustBe(wanted, parser, path);
            }
            List<T> list = new ArrayList<>();
            while (parser.nextToken() != Token.END_ARRAY) {
                if (list.size() == max) {
                    throw path.error("must be " + wanted + ", got more");
                }
                list.add(element.read(parser, path.element(list.size())));
            }
            if (list.size() < min) {
                throw path.error("must be " + wanted + ", got [" + list.size() + "]");
            }
            return list;
        };
    }

    /** A list of any length above a minimum. */
    public static <T> ValueReader<List<T>> list(ValueReader<T> element, int min, String wanted) {
        return list(element, min, Integer.MAX_VALUE, wanted);
    }

    /** A list of any length above a minimum, or a single element as a list of one. */
    public static <T> ValueReader<List<T>> oneOrList(ValueReader<T> element, int min, String wanted) {
        return oneOrList(element, min, Integer.MAX_VALUE, wanted);
    }

    /** A list, or a single element as a list of one. */
    public static <T> ValueReader<List<T>> oneOrList(ValueReader<T> element, int min, int max, String wanted) {
        ValueReader<List<T>> list = list(element, min, max, wanted);
        return (parser, path) -> parser.currentToken() == Token.START_ARRAY ? list.read(parser, path) : List.of(element.read(parser, path));
    }

    /**
     * An object whose fields have names that the caller chooses. Sorted by name.
     *
     * @param wanted what it must be, for errors
     * @param value  the reader of a field by its name
     */
    public static <T> ValueReader<Map<String, T>> map(String wanted, Function<String, ValueReader<T>> value) {
        return (parser, path) -> {
            if (parser.currentToken() != Token.START_OBJECT) {
                throw mustBe(wanted, parser, path);
            }
            Map<String, T> map = new TreeMap<>();
            while (parser.nextToken() == Token.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                map.put(name, value.apply(name).read(parser, path.field(name)));
            }
            return map;
        };
    }

    /** An object that is read elsewhere, such as a search. */
    public static ValueReader<Map<String, Object>> object(String wanted) {
        return (parser, path) -> {
            if (parser.currentToken() != Token.START_OBJECT) {
                throw mustBe(wanted, parser, path);
            }
            return parser.map();
        };
    }

    /** The error for the value at the parser's current token. Scalars are quoted; of lists and objects only the kind is told. */
    static IllegalArgumentException mustBe(String wanted, XContentParser parser, FieldPath path) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> path.error("must be " + wanted + ", got an object");
            case START_ARRAY -> path.error("must be " + wanted + ", got a list");
            case VALUE_NULL -> path.mustBe(wanted, null);
            case VALUE_EMBEDDED_OBJECT -> path.error("must be " + wanted + ", got bytes");
            default -> path.mustBe(wanted, parser.text());
        };
    }
}
