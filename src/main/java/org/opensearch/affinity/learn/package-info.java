/**
 * Learning from interactions with plain arrays: the interaction matrix, the interfaces of methods and models, evaluation on
 * held-out interactions and hyperparameter tuning. It does not depend on OpenSearch. A result depends on interactions,
 * hyperparameters and seed, never on the number of threads.
 *
 * <p>Trainings serve {@code Neighbours} alone. {@code ./bench learn} measures {@code Factors}, {@code HistoryEncoder} with
 * {@code FoldIn} and {@code WeightedSum}, {@code Regularisation} and {@code Blend}; no training serves them yet. They are here
 * and not in {@code learn.candidate} because a sealed interface and its implementations must be in one package.
 */
package org.opensearch.affinity.learn;
