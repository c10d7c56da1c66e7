/** Learning to fuse relevance and signals from examples: weights, and curves and products. */
package org.opensearch.affinity.train.fusion;
