package org.opensearch.affinity.learn.network;

/**
 * What networks need to learn, besides interactions.
 *
 * @param device   that they run on
 * @param contents unit vectors of one dimension, by item, null for an item without content; null for a catalogue without contents
 * @param earlier  the network to continue; null to learn anew
 */
public record NetworkInputs(TorchDevice device, float[][] contents, EarlierNetwork earlier) {
    /** What networks need that learn anew. */
    public NetworkInputs(TorchDevice device, float[][] contents) {
        this(device, contents, null);
    }

    /** Returns the same with a network to continue; null to learn anew. */
    public NetworkInputs continuing(EarlierNetwork network) {
        return new NetworkInputs(device, contents, network);
    }
}
