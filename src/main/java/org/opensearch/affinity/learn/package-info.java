/**
 * Which items go together, learned from behaviour. Plain arrays, no services: whoever has a {@link Log}, threads and time may
 * call a {@link Method} and gets a {@link Model}.
 *
 * <p>What a method learns depends on log, settings and seed alone, never on how many threads there were.
 */
package org.opensearch.affinity.learn;
