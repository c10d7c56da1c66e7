/**
 * Learning from interactions with plain arrays: the interaction matrix, the interfaces of methods and models, evaluation on
 * held-out interactions and hyperparameter tuning. It does not depend on OpenSearch. A result depends on interactions,
 * hyperparameters and seed, never on the number of threads.
 *
 * <p>{@code ./bench learn} measures {@code Blend}; no training serves it: fusion weighs the parts of a model.
 */
package org.opensearch.affinity.learn;
