package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * A metric over queries with its 95 % interval, by {@link Bootstrap}. Values are {@code NaN}, which is null in JSON, if no query has
 * the metric.
 *
 * @param value the metric over all queries
 * @param low   the 2.5 % quantile over resamples of the queries; {@code NaN} for a metric without an interval
 * @param high  the 97.5 % quantile
 */
public record Interval(double value, double low, double high) implements Writeable, ToXContentObject {
    private static final Format FORMAT = Format.first(Interval.class);

    /** Returns a metric without an interval. */
    static Interval withoutBounds(double value) {
        return new Interval(value, Double.NaN, Double.NaN);
    }

    /** Returns the mean over queries. */
    public static Interval mean(double[] perQuery) {
        return Bootstrap.interval(RatioEstimator.mean(perQuery));
    }

    /** Returns the mean of {@code minuend - subtrahend} over the queries that have both. */
    public static Interval difference(double[] minuend, double[] subtrahend) {
        return Bootstrap.interval(RatioEstimator.difference(minuend, subtrahend));
    }

    /** Returns the ratio of two sums over queries, such as a mean over several numbers per query. */
    public static Interval ratio(double[] numerators, double[] denominators) {
        return Bootstrap.interval(new RatioEstimator(numerators, denominators));
    }

    Interval(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Interval(Frame in) throws IOException {
        this(in.readDouble(), in.readDouble(), in.readDouble());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeDouble(value);
            out.writeDouble(low);
            out.writeDouble(high);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        field(builder, "value", value);
        if (Double.isNaN(low) == false) {
            field(builder, "low", low);
            field(builder, "high", high);
        }
        return builder.endObject();
    }

    private static void field(XContentBuilder builder, String name, double number) throws IOException {
        if (Double.isFinite(number)) {
            builder.field(name, number);
        } else {
            builder.nullField(name);
        }
    }
}
