/**
 * Methods that learn neural networks by gradient descent on libtorch: self-attention over a history, the variational autoencoder and
 * LightGCN. A network is text in TorchScript and named arrays. Training and use run the same text. {@code ./bench learn} measures them; no
 * training serves them yet.
 */
package org.opensearch.affinity.learn.network;
