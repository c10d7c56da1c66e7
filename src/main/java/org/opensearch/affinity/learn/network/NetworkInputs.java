package org.opensearch.affinity.learn.network;

import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * What networks need to learn, besides interactions.
 *
 * @param device   that they run on
 * @param contents unit vectors of one dimension, by item, null for an item without content; null for a catalogue without contents
 * @param earlier  the network to continue; null to learn anew
 * @param journal  keeps the states of trainings
 */
public record NetworkInputs(TorchDevice device, float[][] contents, EarlierNetwork earlier, Journal journal) {
    /**
     * Keeps what trainings have reached, so that one that was interrupted goes on from there. A training is named by its method and its
     * interactions. Used by one thread.
     */
    public interface Journal {
        /** Keeps nothing. */
        Journal NONE = new Journal() {
            @Override
            public Checkpoint train(String training, Checkpoint first, Training rest) {
                return rest.from(first, state -> {});
            }

            @Override
            public double figure(String training, DoubleSupplier figure) {
                return figure.getAsDouble();
            }
        };

        /** The rest of a training. */
        @FunctionalInterface
        interface Training {
            /**
             * Trains to the end.
             *
             * @param state   to begin with
             * @param onEpoch to be called after each epoch
             * @return the last state
             */
            Checkpoint from(Checkpoint state, Consumer<Checkpoint> onEpoch);
        }

        /**
         * Runs a training from the newest state that was kept of it.
         *
         * @param first the state to begin with if none was kept
         */
        Checkpoint train(String training, Checkpoint first, Training rest);

        /** Returns the figure of a training on a held-out part if it was kept; else computes it. */
        double figure(String training, DoubleSupplier figure);
    }

    /** What networks need that learn anew, without a journal. */
    public NetworkInputs(TorchDevice device, float[][] contents) {
        this(device, contents, null, Journal.NONE);
    }

    /** Returns the same with a network to continue; null to learn anew. */
    public NetworkInputs continuing(EarlierNetwork network) {
        return new NetworkInputs(device, contents, network, journal);
    }

    /** Returns the same with a journal. */
    public NetworkInputs with(Journal other) {
        return new NetworkInputs(device, contents, earlier, other);
    }
}
