package org.opensearch.affinity.tracker.shape;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A function that replaces the value of a signal: linear between its points, constant before the first and after the last one, nowhere
 * falling. Maps values from -1 to 1 to values from -1 to 1. Immutable.
 */
public final class Curve implements Writeable, ToXContentFragment {
    private static final Format FORMAT = Format.first(Curve.class);
    public static final int MAX_POINTS = 16;
    private static final String WANTED = "a list of 2 to "
        + MAX_POINTS
        + " points [value, result], both from -1 to 1, the values rising and the results not falling";

    private final float[] values;
    private final float[] results;

    /**
     * @param values  ascending, at least two
     * @param results of the values, not falling
     * @throws IllegalArgumentException otherwise
     */
    public Curve(float[] values, float[] results) {
        if (isCurve(values, results) == false) {
            throw new IllegalArgumentException("must be " + WANTED + ", got " + Arrays.toString(values) + " and " + Arrays.toString(results));
        }
        this.values = values.clone();
        this.results = results.clone();
    }

    public Curve(StreamInput from) throws IOException {
        Frame in = FORMAT.read(from);
        values = in.readFloatArray();
        results = in.readFloatArray();
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeFloatArray(values);
            out.writeFloatArray(results);
        }
    }

    private static boolean isCurve(float[] values, float[] results) {
        if (values.length != results.length || values.length < 2 || values.length > MAX_POINTS) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            boolean inRange = Math.abs(values[i]) <= 1 && Math.abs(results[i]) <= 1;
            if (inRange == false || i > 0 && (values[i] <= values[i - 1] || results[i] < results[i - 1])) {
                return false;
            }
        }
        return true;
    }

    /** The reader of {@code [[0, 0], [0.2, 0.7], [1, 1]]}. */
    public static ValueReader<Curve> reader() {
        return (parser, path) -> {
            List<Float> values = new ArrayList<>();
            List<Float> results = new ArrayList<>();
            boolean points = parser.currentToken() == Token.START_ARRAY;
            if (points == false) {
                throw path.mustBe(WANTED, parser.currentToken().isValue() ? parser.text() : parser.currentToken());
            }
            List<?> list = parser.list();
            for (Object point : list) {
                if (point instanceof List<?> pair && pair.size() == 2 && pair.get(0) instanceof Number x && pair.get(1) instanceof Number y) {
                    values.add(x.floatValue());
                    results.add(y.floatValue());
                }
            }
            float[] x = toArray(values);
            float[] y = toArray(results);
            if (values.size() != list.size() || isCurve(x, y) == false) {
                throw path.mustBe(WANTED, list);
            }
            return new Curve(x, y);
        };
    }

    private static float[] toArray(List<Float> numbers) {
        float[] array = new float[numbers.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = numbers.get(i);
        }
        return array;
    }

    /** The result for a value, which may be any finite number. */
    public double of(double value) {
        int last = values.length - 1;
        if (value <= values[0]) {
            return results[0];
        }
        for (int i = 1; i <= last; i++) {
            if (value < values[i]) {
                double share = (value - values[i - 1]) / (values[i] - values[i - 1]);
                return results[i - 1] + share * (results[i] - results[i - 1]);
            }
        }
        return results[last];
    }

    /** A list of points, as {@link #reader} takes it. */
    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startArray();
        for (int i = 0; i < values.length; i++) {
            builder.startArray().value(values[i]).value(results[i]).endArray();
        }
        return builder.endArray();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Curve other && Arrays.equals(values, other.values) && Arrays.equals(results, other.results);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + Arrays.hashCode(results);
    }

    @Override
    public String toString() {
        return Arrays.toString(values) + " to " + Arrays.toString(results);
    }
}
