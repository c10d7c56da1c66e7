package org.opensearch.affinity.rank;

/**
 * The one place where a score is made of relevance and affinity; rescoring and explain both call it. It knows nothing but
 * the document at hand, so a score does not depend on page, size, shard or segment.
 */
public final class Fusion {
    private Fusion() {}

    /**
     * Log-linear: {@code relevance · exp(weight · affinity)}, which adds {@code weight · affinity} to the logarithm of the
     * relevance. A score below 0, which another rescorer may have left, moves the same way.
     *
     * @param relevance the query's score, any finite number
     * @param affinity  in [-1, 1]; 0 leaves the relevance as it is
     * @param weight    at least 0; 0 leaves the relevance as it is
     * @return finite, and rising with affinity
     */
    public static float fuse(float relevance, float affinity, float weight) {
        double factor = Math.exp((double) weight * affinity);
        double score = relevance >= 0 ? relevance * factor : relevance / factor;
        return (float) Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
}
