/**
 * Training inside the cluster: reads the log, learns a model of which items go together and how much each signal counts, writes
 * both as a new model of its tracker, and switches between models.
 */
package org.opensearch.affinity.train;
