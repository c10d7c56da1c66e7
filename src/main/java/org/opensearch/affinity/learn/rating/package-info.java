/** Explicit ratings: matrix factorisation with biases, and error metrics. */
package org.opensearch.affinity.learn.rating;
