/** Explicit ratings: factorisation with biases, and its errors. {@code ./bench learn} measures it; no training serves it yet. */
package org.opensearch.affinity.learn.rating;
