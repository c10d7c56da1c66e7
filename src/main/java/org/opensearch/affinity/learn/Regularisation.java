package org.opensearch.affinity.learn;

/**
 * How short the vectors of a factorisation are kept: {@code λ (c + α n)^ν} for a row with interactions that weigh c among n
 * possible ones (Rendle et al., RecSys'22, section 3.2). With ν = 1 busy and quiet rows are shortened alike, with 0 the busy ones
 * hardly.
 */
public record Regularisation(double lambda, double alpha, double nu) {
    /** Above 0, so that every row has a solution. */
    public double lambda(double interactions, int possible) {
        return Math.max(1e-6, lambda * Math.pow(interactions + alpha * possible, nu));
    }
}
