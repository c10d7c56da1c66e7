/** Curves of signals and products of two signals: how merit differs from a weighted sum. Arithmetic and its parameters; a training learns them. */
package org.opensearch.affinity.tracker.shape;
