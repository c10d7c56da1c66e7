/**
 * Scoring of one search: what it asks, the interests and signals that count, and {@code Fusion}, which makes the score. {@code rescore} and
 * {@code retrieve} are the two ways in.
 */
package org.opensearch.affinity.rank;
