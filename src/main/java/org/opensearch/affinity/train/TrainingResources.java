package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.network.TorchDevice;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.transport.client.Client;

/**
 * The parts of a node that a training uses.
 *
 * @param client   for calls that must complete after the training was cancelled
 * @param searches for calls that end when the training is cancelled
 * @param node     ranks the hits of repeated searches
 * @param parallel threads of the training pool
 * @param task     reports progress and cancellation
 * @param breaker  accounts for the memory
 * @param device   networks learn on it
 */
record TrainingResources(
    Client client,
    Client searches,
    RankNode node,
    ParallelFor parallel,
    TrainTask task,
    CircuitBreaker breaker,
    TorchDevice device
) {}
