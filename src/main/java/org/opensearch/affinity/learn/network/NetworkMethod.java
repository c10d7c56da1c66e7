package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;

/** A method that learns on libtorch. */
public interface NetworkMethod extends FactorMethod {
    /** Returns the same method with what it needs to learn. */
    NetworkMethod with(NetworkInputs inputs);

    /** Returns the name of a training in a {@link NetworkInputs.Journal}. */
    static String key(String method, InteractionMatrix interactions) {
        return method + " of " + interactions.fingerprint();
    }

    /** The loss of a training is not finite any more. */
    final class DivergedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        DivergedException(float loss, long steps) {
            super("[affinity] the loss of a network is [" + loss + "] after [" + steps + "] steps; a lower [rate] may help");
        }
    }
}
