package org.opensearch.affinity.evaluate;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * A figure over queries with its 95 % interval. {@code NaN}, which is null in JSON, where no query says anything.
 *
 * @param value the figure over all queries
 * @param low   the 2.5 % quantile of the figure over resampled queries; {@code NaN} for a figure that is not a mean over queries
 * @param high  its 97.5 % quantile
 */
public record Interval(double value, double low, double high) implements Writeable, ToXContentObject {
    /** A figure of the queries together, which has no interval. */
    static Interval alone(double value) {
        return new Interval(value, Double.NaN, Double.NaN);
    }

    /** The mean of one number a query, by bootstrap. */
    public static Interval mean(double[] perQuery) {
        return Bootstrap.interval(RatioEstimator.mean(perQuery));
    }

    /** The mean of what one number is above another, over the queries that have both, by bootstrap. */
    public static Interval difference(double[] of, double[] than) {
        return Bootstrap.interval(RatioEstimator.difference(of, than));
    }

    /** A sum over the queries divided by another, as where each has several numbers and the mean is over all of them, by bootstrap. */
    public static Interval ratio(double[] above, double[] below) {
        return Bootstrap.interval(new RatioEstimator(above, below));
    }

    Interval(StreamInput in) throws IOException {
        this(in.readDouble(), in.readDouble(), in.readDouble());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeDouble(value);
        out.writeDouble(low);
        out.writeDouble(high);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        number(builder, "value", value);
        if (Double.isNaN(low) == false) {
            number(builder, "low", low);
            number(builder, "high", high);
        }
        return builder.endObject();
    }

    private static void number(XContentBuilder builder, String name, double number) throws IOException {
        if (Double.isFinite(number)) {
            builder.field(name, number);
        } else {
            builder.nullField(name);
        }
    }
}
