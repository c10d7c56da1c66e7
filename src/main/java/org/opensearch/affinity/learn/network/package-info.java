/**
 * Methods that learn neural networks by gradient descent on libtorch: self-attention over a history, the variational autoencoder and
 * LightGCN. A network is text in TorchScript and named arrays; what searches compute of it is in {@code learn.layer}.
 */
package org.opensearch.affinity.learn.network;
