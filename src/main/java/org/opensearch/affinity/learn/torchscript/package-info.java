/** Files of TorchScript: modules of code and tensors that libtorch loads, written without Python. */
package org.opensearch.affinity.learn.torchscript;
