package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * The one place where a score is made of relevance and the rest; rescoring and explain both call it. It knows nothing but
 * the document at hand, so a score does not depend on page, size, shard or segment.
 *
 * @param mode  how the two become one
 * @param power with which relevance counts; in a sum a factor. 0 or more
 */
public record Fusion(ScoreMode mode, float power) implements Writeable {
    Fusion(StreamInput in) throws IOException {
        this(in.readEnum(ScoreMode.class), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeEnum(mode);
        out.writeFloat(power);
    }

    /**
     * Log-linear by default: {@code relevance^power · exp(merit)}, which adds the merit to the logarithm of the relevance. A
     * score below 0, which another rescorer may have left, moves the same way.
     *
     * @param relevance the query's score, any finite number
     * @param merit     the weighted sum of affinity and signals, any finite number; 0 leaves the relevance as it is where its
     *                  power is 1, but for {@link ScoreMode#REPLACE}
     * @return finite, and rising with merit
     */
    public float fuse(float relevance, double merit) {
        double score = switch (mode) {
            case MULTIPLY -> relevance >= 0 ? powered(relevance) * Math.exp(merit) : -powered(-relevance) / Math.exp(merit);
            case SUM -> (double) power * relevance + merit;
            case REPLACE -> Math.exp(merit);
        };
        return (float) Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE);
    }

    private double powered(double relevance) {
        return power == 1 ? relevance : Math.pow(relevance, power);
    }

    /** The formula, for explanations. */
    public String formula() {
        return switch (mode) {
            case MULTIPLY -> (power == 1 ? "relevance" : "relevance^" + power) + " * exp(merit)";
            case SUM -> (power == 1 ? "" : power + " * ") + "relevance + merit";
            case REPLACE -> "exp(merit)";
        };
    }
}
