/**
 * Candidate methods: implicit matrix factorisation, the low-pass filter, LightGCN. {@code ./bench learn} measures them; no training
 * serves them yet.
 */
package org.opensearch.affinity.learn.candidate;
