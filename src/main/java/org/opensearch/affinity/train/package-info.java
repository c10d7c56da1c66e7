/**
 * Training in the cluster: reads the log, learns item-item neighbours and the weights of signals, and writes both as a new model of
 * its tracker.
 */
package org.opensearch.affinity.train;
