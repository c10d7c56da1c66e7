/**
 * Explicit ratings: matrix factorisation with biases, and error metrics. {@code ./bench learn} measures it; no training serves it
 * yet.
 */
package org.opensearch.affinity.learn.rating;
