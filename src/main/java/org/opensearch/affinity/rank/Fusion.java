package org.opensearch.affinity.rank;

import org.opensearch.affinity.track.Ranking.ScoreMode;

/**
 * The one place where a score is made of relevance and the rest; rescoring and explain both call it. It knows nothing but
 * the document at hand, so a score does not depend on page, size, shard or segment.
 */
final class Fusion {
    private Fusion() {}

    /**
     * Log-linear by default: {@code relevance · exp(merit)}, which adds the merit to the logarithm of the relevance. A score
     * below 0, which another rescorer may have left, moves the same way.
     *
     * @param relevance the query's score, any finite number
     * @param merit     the weighted sum of affinity and signals, any finite number; 0 leaves the relevance as it is, but for
     *                  {@link ScoreMode#REPLACE}
     * @return finite, and rising with merit
     */
    static float fuse(float relevance, double merit, ScoreMode mode) {
        double score = switch (mode) {
            case MULTIPLY -> relevance >= 0 ? relevance * Math.exp(merit) : relevance / Math.exp(merit);
            case SUM -> relevance + merit;
            case REPLACE -> Math.exp(merit);
        };
        return (float) Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE);
    }

    /** The formula of a mode, for explanations. */
    static String formula(ScoreMode mode) {
        return switch (mode) {
            case MULTIPLY -> "relevance * exp(merit)";
            case SUM -> "relevance + merit";
            case REPLACE -> "exp(merit)";
        };
    }
}
