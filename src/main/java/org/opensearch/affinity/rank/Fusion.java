package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * Makes the score of a document from its relevance and its merit. Rescoring and explain both call it. A pure function of the document,
 * so a score does not depend on page, size, shard or segment. Immutable.
 *
 * @param mode  formula
 * @param power exponent of relevance, in {@link ScoreMode#SUM} its factor; from 0 to 20
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
     * The score: {@code relevance^power · exp(merit)} in {@link ScoreMode#MULTIPLY}, the default, {@code power · relevance + merit} in
     * {@link ScoreMode#SUM}, {@code exp(merit)} in {@link ScoreMode#REPLACE}. A negative relevance, which another rescorer can produce, is
     * divided by {@code exp(merit)}, so that the score rises with merit here too.
     *
     * @param relevance score of the query, any finite number
     * @param merit     weighted sum of affinity and signals, any finite number. With merit 0 and power 1 the score is the relevance, except
     *                  in {@link ScoreMode#REPLACE}
     * @return finite, and not falling with merit
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

    /** The formula with the power of this search, for explanations. */
    public String formula() {
        return switch (mode) {
            case MULTIPLY -> (power == 1 ? "relevance" : "relevance^" + power) + " * exp(merit)";
            case SUM -> (power == 1 ? "" : power + " * ") + "relevance + merit";
            case REPLACE -> "exp(merit)";
        };
    }
}
