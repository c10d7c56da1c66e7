package org.opensearch.affinity.tracker;

import org.opensearch.affinity.tracker.shape.Curve;
import org.opensearch.affinity.tracker.shape.Product;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable.Reader;
import org.opensearch.core.common.io.stream.Writeable.Writer;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The type of a {@link Parameter}: which values it takes and how they are read, streamed and combined. Values are written to XContent as
 * their class is.
 *
 * @param values  the values in the words of the documentation's table, such as {@code 0 to 20}; empty if it describes them freely
 * @param wanted  the values in errors
 * @param allowed whether a value is within the range
 * @param reader  from XContent, with errors for values that are not allowed
 * @param in      from a stream
 * @param out     to a stream
 * @param orElse  what holds if both the first and the second value are set, of which the first has precedence
 */
record ParameterType<T>(String values, String wanted, Predicate<T> allowed, ValueReader<T> reader, Reader<T> in, Writer<T> out,
    BinaryOperator<T> orElse) {

    private static final Pattern CONCEPT = Pattern.compile("[1-9][0-9]{0,2}");

    /** A type whose reader checks all there is to check. */
    private static <T> ParameterType<T> any(String values, String wanted, ValueReader<T> reader, Reader<T> in, Writer<T> out) {
        return new ParameterType<>(values, wanted, value -> true, reader, in, out, (first, second) -> first);
    }

    /** A number, also as a string: {@code 0.5} or {@code "0.5"}. */
    static ParameterType<Float> number(int min, int max) {
        ValueReader<Double> reader = Values.numberOrString(min, max);
        return new ParameterType<>(
            min + " to " + max,
            "a number from " + min + " to " + max,
            number -> number >= min && number <= max,
            (parser, path) -> reader.read(parser, path).floatValue(),
            StreamInput::readFloat,
            StreamOutput::writeFloat,
            (first, second) -> first
        );
    }

    /** A whole number from 0 or more, also as a string. */
    static ParameterType<Integer> wholeNumber(int min, int max) {
        return new ParameterType<>(
            min + " to " + max,
            "a whole number from " + min + " to " + max,
            number -> number >= min && number <= max,
            Values.wholeNumberOrString(min, max),
            StreamInput::readVInt,
            StreamOutput::writeVInt,
            (first, second) -> first
        );
    }

    static ParameterType<Boolean> bool() {
        return any("true, false", "[true] or [false]", Values.BOOLEAN_OR_STRING, StreamInput::readBoolean, StreamOutput::writeBoolean);
    }

    /** One of the constants of an enumeration, by {@link Enum#toString}. */
    static <E extends Enum<E>> ParameterType<E> oneOf(Class<E> constants) {
        List<E> all = Arrays.asList(constants.getEnumConstants());
        String wanted = "one of " + all;
        ValueReader<String> name = Values.text(wanted);
        ValueReader<E> reader = (parser, path) -> {
            String text = name.read(parser, path);
            return all.stream().filter(one -> one.toString().equals(text)).findAny().orElseThrow(() -> path.mustBe(wanted, text));
        };
        String values = all.stream().map(E::toString).collect(Collectors.joining(", "));
        return any(values, wanted, reader, in -> in.readEnum(constants), StreamOutput::writeEnum);
    }

    static ParameterType<String> string(ValueReader<String> reader) {
        return any("", "a string", reader, StreamInput::readString, StreamOutput::writeString);
    }

    /** Ids of items, or one id. Numbers become strings; null is an empty list. */
    static ParameterType<List<String>> itemIds(int most) {
        String wanted = "up to " + most + " item ids";
        ValueReader<List<String>> list = Values.oneOrList(Values.id("the id of an item"), 0, most, "a list of " + wanted);
        ValueReader<List<String>> reader = Values.orNull(list, List.of());
        return any(
            wanted,
            wanted,
            (parser, path) -> List.copyOf(reader.read(parser, path)),
            StreamInput::readStringList,
            StreamOutput::writeStringCollection
        );
    }

    /** Values of contexts by their names. Numbers become strings; null is an empty map. */
    static ParameterType<Map<String, String>> contexts() {
        String wanted = "an object such as {\"hour\": 20}";
        ValueReader<Map<String, String>> reader = Values.orNull(Values.map(wanted, name -> Values.STRING_OR_NUMBER), Map.of());
        return any(
            "",
            wanted,
            (parser, path) -> Collections.unmodifiableMap(reader.read(parser, path)),
            in -> Collections.unmodifiableMap(new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readString))),
            (out, contexts) -> out.writeMap(contexts, StreamOutput::writeString, StreamOutput::writeString)
        );
    }

    /** Weights of signals by their names. Where both values are set, each signal's weight is decided on its own. */
    static ParameterType<Map<String, Float>> signalWeights(int max) {
        ValueReader<Map<String, Float>> reader = Values.map("an object such as {\"popularity\": 1.5}", name -> signalWeight(name, max));
        return new ParameterType<>(
            "0 to " + max + "; " + String.join(", ", Signal.namesThatMayCountAgainst()) + " from " + -max,
            "weights of signals from 0 to " + max,
            weights -> weights.entrySet().stream().allMatch(weight -> isSignalWeight(weight.getKey(), weight.getValue(), max)),
            (parser, path) -> Collections.unmodifiableMap(reader.read(parser, path)),
            in -> Collections.unmodifiableMap(new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readFloat))),
            (out, weights) -> out.writeMap(weights, StreamOutput::writeString, StreamOutput::writeFloat),
            ParameterType::union
        );
    }

    private static ValueReader<Float> signalWeight(String signal, int max) {
        String wanted = "a number from " + min(signal, max) + " to " + max;
        ValueReader<Double> reader = Values.number(wanted, weight -> isSignalWeight(signal, weight, max));
        return (parser, path) -> reader.read(parser, path).floatValue();
    }

    private static boolean isSignalWeight(String signal, double weight, int max) {
        return weight >= min(signal, max) && weight <= max;
    }

    private static int min(String signal, int max) {
        return Signal.mayCountAgainst(signal) ? -max : 0;
    }

    /** Factors by the numbers of concepts. Where both values are set, each concept's factor is decided on its own. */
    static ParameterType<Map<String, Float>> conceptFactors(int max) {
        String wanted = "an object of factors from 0 to " + max + " by numbers of concepts, such as {\"3\": 0, \"7\": 2}";
        ValueReader<Double> factor = Values.number(0, max);
        ValueReader<Map<String, Float>> reader = Values.map(wanted, number -> (parser, path) -> {
            if (isConcept(number) == false) {
                throw path.error("is not the number of a concept, which is 1 or more");
            }
            return factor.read(parser, path).floatValue();
        });
        return new ParameterType<>(
            "",
            wanted,
            factors -> factors.entrySet().stream().allMatch(one -> isConcept(one.getKey()) && one.getValue() >= 0 && one.getValue() <= max),
            (parser, path) -> Collections.unmodifiableMap(reader.read(parser, path)),
            in -> Collections.unmodifiableMap(new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readFloat))),
            (out, factors) -> out.writeMap(factors, StreamOutput::writeString, StreamOutput::writeFloat),
            ParameterType::union
        );
    }

    private static boolean isConcept(String number) {
        return CONCEPT.matcher(number).matches();
    }

    /** Curves of signals by their names. Where both values are set, each signal's curve is decided on its own. */
    static ParameterType<Map<String, Curve>> curves() {
        String wanted = "an object such as {\"popularity\": [[0, 0], [0.2, 0.7], [1, 1]]}";
        ValueReader<Map<String, Curve>> reader = Values.map(wanted, name -> Curve.reader());
        return new ParameterType<>(
            "",
            wanted,
            curves -> true,
            (parser, path) -> Collections.unmodifiableMap(reader.read(parser, path)),
            in -> Collections.unmodifiableMap(new TreeMap<>(in.readMap(StreamInput::readString, Curve::new))),
            (out, curves) -> out.writeMap(curves, StreamOutput::writeString, (stream, curve) -> curve.writeTo(stream)),
            ParameterType::union
        );
    }

    /** Weights of products of two signals by {@code a*b}. Where both values are set, each product's weight is decided on its own. */
    static ParameterType<Map<String, Float>> products(int max) {
        String wanted = "a number from " + -max + " to " + max;
        ValueReader<Double> weight = Values.number(wanted, number -> number >= -max && number <= max);
        ValueReader<Map<String, Float>> weights = Values.map(
            "an object such as {\"affinity*popularity\": 1.5}",
            name -> (parser, path) -> weight.read(parser, path).floatValue()
        );
        ValueReader<Map<String, Float>> reader = (parser, path) -> {
            Map<String, Float> read = weights.read(parser, path);
            for (String name : read.keySet()) {
                if (Product.isName(name) == false) {
                    throw path.field(name).error("is not the product of two signals: write it as [affinity*popularity]");
                }
            }
            return Collections.unmodifiableMap(read);
        };
        return new ParameterType<>(
            "",
            wanted,
            products -> products.entrySet().stream().allMatch(one -> Product.isName(one.getKey()) && Math.abs(one.getValue()) <= max),
            reader,
            in -> Collections.unmodifiableMap(new TreeMap<>(in.readMap(StreamInput::readString, StreamInput::readFloat))),
            (out, products) -> out.writeMap(products, StreamOutput::writeString, StreamOutput::writeFloat),
            ParameterType::union
        );
    }

    private static <T> Map<String, T> union(Map<String, T> first, Map<String, T> second) {
        Map<String, T> union = new TreeMap<>(second);
        union.putAll(first);
        return Collections.unmodifiableMap(union);
    }
}
