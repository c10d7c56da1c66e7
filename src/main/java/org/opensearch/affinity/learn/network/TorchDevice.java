package org.opensearch.affinity.learn.network;

import ai.djl.pytorch.engine.PtNDManager;

/** A device on which libtorch runs networks. Thread-safe. */
@FunctionalInterface
public interface TorchDevice {
    /**
     * Returns a new memory manager on the device. The caller closes it.
     *
     * @throws IllegalStateException if libtorch cannot be loaded
     */
    PtNDManager newManager();
}
