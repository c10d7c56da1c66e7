package org.opensearch.affinity.tracker.shape;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How merit differs from a weighted sum: curves of values, and products of two values. Immutable.
 *
 * @param curves   by the name of a signal, or {@code affinity}
 * @param products of signals, or of a signal and {@code affinity}
 */
public record MeritShape(Map<String, Curve> curves, List<Product> products) implements Writeable {
    private static final Format FORMAT = Format.first(MeritShape.class);
    /** The name of affinity among the values. */
    public static final String AFFINITY = "affinity";
    /** A weighted sum. */
    public static final MeritShape LINEAR = new MeritShape(Map.of(), List.of());

    public MeritShape(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private MeritShape(Frame in) throws IOException {
        this(
            in.readMap(StreamInput::readString, Curve::new),
            in.readList(stream -> new Product(stream.readString(), stream.readString(), stream.readFloat()))
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeMap(new TreeMap<>(curves), StreamOutput::writeString, (stream, curve) -> curve.writeTo(stream));
            out.writeCollection(products, (stream, product) -> {
                stream.writeString(product.first());
                stream.writeString(product.second());
                stream.writeFloat(product.weight());
            });
        }
    }

    /** The same for values in a fixed order. */
    public Bound bind(List<String> names) {
        Curve[] byIndex = names.stream().map(curves::get).toArray(Curve[]::new);
        List<Product> counting = products.stream().filter(one -> names.contains(one.first()) && names.contains(one.second())).toList();
        int[] first = counting.stream().mapToInt(one -> names.indexOf(one.first())).toArray();
        int[] second = counting.stream().mapToInt(one -> names.indexOf(one.second())).toArray();
        return new Bound(byIndex, counting, first, second);
    }

    /** Curves and products by the position of values. Immutable. */
    public static final class Bound {
        private final Curve[] curves;
        private final List<Product> products;
        private final int[] first;
        private final int[] second;
        private final boolean linear;

        private Bound(Curve[] curves, List<Product> products, int[] first, int[] second) {
            this.curves = curves;
            this.products = products;
            this.first = first;
            this.second = second;
            linear = products.isEmpty() && Arrays.stream(curves).allMatch(Objects::isNull);
        }

        /** Whether it is a weighted sum. */
        public boolean isLinear() {
            return linear;
        }

        /** Null for a value that is taken as it is. */
        public Curve curve(int index) {
            return curves[index];
        }

        public double curved(int index, double value) {
            return curves[index] == null ? value : curves[index].of(value);
        }

        /** The products whose values both count. */
        public List<Product> products() {
            return products;
        }

        /** Weight times product of two values. */
        public double product(int index, double[] values) {
            return products.get(index).weight() * values[first[index]] * values[second[index]];
        }
    }
}
