package org.opensearch.affinity.learn;

/**
 * Frequency-scaled L2 regularisation of a factorisation: {@code λ (c + α n)^ν} for a row whose interactions weigh c among n
 * possible ones (Rendle et al., RecSys'22, section 3.2). With ν = 1, rows with many and with few interactions shrink alike; with
 * ν = 0, rows with many interactions hardly shrink.
 */
public record Regularisation(double lambda, double alpha, double nu) {
    /** Returns the regularisation of a row; always above 0, so that every row has a solution. */
    public double lambda(double interactions, int possible) {
        return Math.max(1e-6, lambda * Math.pow(interactions + alpha * possible, nu));
    }
}
