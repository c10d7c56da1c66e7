package org.opensearch.affinity.rank;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
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
    private static final Format FORMAT = Format.first(Fusion.class);

    /** Logarithm of the largest score that is not compressed, and negated that of the lowest. */
    private static final double EDGE = 80;
    /** How far compressed logarithms go beyond {@link #EDGE}. Floats of full precision end at logarithms of -87.3 and 88.7. */
    private static final double ROOM = 7;
    private static final double HIGHEST = Math.exp(EDGE);
    private static final double LOWEST = Math.exp(-EDGE);

    Fusion(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private Fusion(Frame in) throws IOException {
        this(in.readEnum(ScoreMode.class), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeEnum(mode);
            out.writeFloat(power);
        }
    }

    /**
     * The score: {@code relevance^power · exp(merit)} in {@link ScoreMode#MULTIPLY}, the default, {@code power · relevance + merit} in
     * {@link ScoreMode#SUM}, {@code exp(merit)} in {@link ScoreMode#REPLACE}. A negative relevance, which another rescorer can produce, is
     * divided by {@code exp(merit)}, so that the score rises with merit here too.
     *
     * @param relevance score of the query, any finite number
     * @param merit     weighted sum of affinity and signals, any finite number. With merit 0 and power 1 the score is the relevance, except
     *                  in {@link ScoreMode#REPLACE}
     * @return finite, and not falling with merit. Scores beyond {@code exp(±80)}, which floats could not tell apart, are compressed: a
     *         logarithm {@code 80 + x} becomes {@code 80 + x / (1 + x / 7)}, below 87. So different merits keep different scores as far as
     *         floats have room: a difference of 0.0001 at a merit of 300
     */
    public float fuse(float relevance, double merit) {
        return switch (mode) {
            case MULTIPLY -> relevance >= 0 ? product(relevance, merit) : -product(-relevance, -merit);
            case SUM -> (float) Math.clamp((double) power * relevance + merit, -Float.MAX_VALUE, Float.MAX_VALUE);
            case REPLACE -> exponential(merit);
        };
    }

    /** @param relevance 0 or more */
    private float product(double relevance, double merit) {
        double powered = power == 1 ? relevance : Math.pow(relevance, power);
        double score = powered == 0 ? 0 : powered * Math.exp(merit);
        boolean isExact = score >= LOWEST && score <= HIGHEST || relevance == 0 && power != 0;
        return isExact ? (float) score : exponential((power == 0 ? 0 : power * Math.log(relevance)) + merit);
    }

    private static float exponential(double logarithm) {
        double beyond = Math.max(0, Math.abs(logarithm) - EDGE);
        double compressed = Math.clamp(logarithm, -EDGE, EDGE) + Math.signum(logarithm) * beyond / (1 + beyond / ROOM);
        return (float) Math.exp(compressed);
    }

    /** Whether a score of {@link #fuse} is beyond the range in which it is exactly the formula's. */
    private boolean isCompressed(float score) {
        double magnitude = Math.abs((double) score);
        return mode != ScoreMode.SUM && magnitude != 0 && (magnitude > HIGHEST || magnitude < LOWEST);
    }

    /** The formula with the power of this search, for the explanation of a score. */
    public String formula(float score) {
        return formula() + (isCompressed(score) ? ", compressed beyond exp(80) and exp(-80) so that the order is kept" : "");
    }

    private String formula() {
        return switch (mode) {
            case MULTIPLY -> (power == 1 ? "relevance" : "relevance^" + power) + " * exp(merit)";
            case SUM -> (power == 1 ? "" : power + " * ") + "relevance + merit";
            case REPLACE -> "exp(merit)";
        };
    }
}
