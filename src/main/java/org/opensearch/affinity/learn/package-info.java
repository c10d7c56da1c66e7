/**
 * Which items go together, learned from behaviour. Plain arrays, no services: whoever has a {@link Log}, threads and time may
 * call a {@link Method} and gets a {@link Model}. Of what
 * people said about items, {@link Ratings}, {@link RatingFactors} makes a {@link RatingModel}.
 *
 * <p>What a method learns depends on log (or ratings), settings and seed alone, never on how many threads there were.
 */
package org.opensearch.affinity.learn;
