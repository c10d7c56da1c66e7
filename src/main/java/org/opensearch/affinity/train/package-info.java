/**
 * Training in the cluster: reads the log, learns item-item neighbours and the weights of signals, and writes both as a new model of
 * its tracker.
 * <ul>
 * <li>{@code Training#run} lists the steps. {@code LogScan} reads the log, {@code ModelBuilder} learns and writes item rows.
 * <li>Where are judged queries repeated? {@code WeightTraining}, with {@code TrainingExamples}
 * <li>Where are learned weights accepted? {@code FusionLearner#learn}: only if they rank held-out queries better
 * </ul>
 */
package org.opensearch.affinity.train;
