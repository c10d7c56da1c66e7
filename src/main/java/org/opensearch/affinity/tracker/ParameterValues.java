package org.opensearch.affinity.tracker;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Values of {@link Parameter}s. What is not set here is decided by what has lower precedence. Immutable. */
public final class ParameterValues implements Writeable, ToXContentFragment {
    private static final Format FORMAT = Format.first(ParameterValues.class);
    public static final ParameterValues EMPTY = new Builder().build();
    private static final Map<Place, BuilderParser<Builder>> PARSERS = new EnumMap<>(Place.class);

    static {
        for (Place place : Place.values()) {
            BuilderParser<Builder> parser = new BuilderParser<>(Builder::new);
            declare(parser, place, Function.identity());
            PARSERS.put(place, parser);
        }
    }

    private final SortedMap<Parameter<?>, Object> values;

    /** Not thread-safe, and not to be used after {@link #build}. */
    public static final class Builder {
        private final SortedMap<Parameter<?>, Object> values = new TreeMap<>(Comparator.<Parameter<?>>comparingInt(Parameter::position));

        /** @param value within the range of the parameter; null, an empty list and an empty map leave it unset */
        public <T> Builder set(Parameter<T> parameter, T value) {
            boolean empty = value instanceof Collection<?> list && list.isEmpty() || value instanceof Map<?, ?> map && map.isEmpty();
            if (value != null && empty == false) {
                values.put(parameter, value);
            }
            return this;
        }

        public ParameterValues build() {
            return new ParameterValues(values);
        }
    }

    private ParameterValues(SortedMap<Parameter<?>, Object> values) {
        this.values = values;
    }

    /**
     * Adds the parameters that may be set in a place to the fields of an object that has others too. Those that may not be set are errors.
     *
     * @param values of a builder of the object
     */
    public static <B> void declare(BuilderParser<B> parser, Place place, Function<? super B, Builder> values) {
        Parameter.ALL.forEach(parameter -> parameter.declare(parser, place, values));
    }

    /** The default values of all parameters that have one. */
    static ParameterValues defaults() {
        Builder builder = new Builder();
        Parameter.ALL.forEach(parameter -> setDefault(builder, parameter));
        return builder.build();
    }

    private static <T> void setDefault(Builder builder, Parameter<T> parameter) {
        builder.set(parameter, parameter.defaultValue());
    }

    /** Reads an object of parameters. Those that may not be set in the place are errors. */
    public static ParameterValues parse(XContentParser parser, Place place, FieldPath path) throws IOException {
        return PARSERS.get(place).parse(parser, path).build();
    }

    /** The same of an object that was parsed already. */
    public static ParameterValues parse(Map<String, Object> object, Place place, FieldPath path) {
        return PARSERS.get(place).parse(object, path).build();
    }

    /**
     * Reads an integer in which bit n tells whether the parameter at position n is set; then the values by position. Parameters that only
     * a later version knows come last, and are left unread.
     */
    public ParameterValues(StreamInput from) throws IOException {
        Frame in = FORMAT.read(from);
        int set = in.readVInt();
        Builder builder = new Builder();
        for (Parameter<?> parameter : Parameter.ALL) {
            if ((set & 1 << parameter.position()) != 0) {
                builder.values.put(parameter, parameter.read(in));
            }
        }
        values = builder.values;
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(values.keySet().stream().mapToInt(parameter -> 1 << parameter.position()).sum());
            for (Map.Entry<Parameter<?>, Object> value : values.entrySet()) {
                value.getKey().write(out, value.getValue());
            }
        }
    }

    /** The value of a parameter; null if it is not set. */
    @SuppressWarnings("unchecked")
    public <T> T get(Parameter<T> parameter) {
        return (T) values.get(parameter);
    }

    /** These values, and for parameters that are not set here those of the other. */
    public ParameterValues orElse(ParameterValues other) {
        Builder builder = new Builder();
        builder.values.putAll(values);
        other.values.forEach((parameter, value) -> builder.values.merge(parameter, value, parameter::orElse));
        return builder.build();
    }

    /** The values of the parameters that may be set in a place. */
    ParameterValues in(Place place) {
        Builder builder = new Builder();
        builder.values.putAll(values);
        builder.values.keySet().removeIf(parameter -> parameter.maySetIn(place) == false);
        return builder.build();
    }

    public ParameterValues without(Parameter<?>... parameters) {
        Builder builder = new Builder();
        builder.values.putAll(values);
        builder.values.keySet().removeAll(Arrays.asList(parameters));
        return builder.build();
    }

    /** Fields of the object around it. */
    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        for (Map.Entry<Parameter<?>, Object> value : values.entrySet()) {
            builder.field(value.getKey().name(), value.getValue());
        }
        return builder;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ParameterValues other && values.equals(other.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }
}
