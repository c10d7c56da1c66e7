/** The parts with item vectors that a training may add to a model. */
package org.opensearch.affinity.train.part;
