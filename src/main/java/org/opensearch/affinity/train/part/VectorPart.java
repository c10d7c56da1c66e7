package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.tracker.Signal;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** A part with item vectors: the signal that it is, and the methods that learn it. */
public enum VectorPart {
    /** Graph convolution, in closed form or by gradient. */
    GRAPH(Signal.GRAPH, new GraphMethods(), false),
    /** Implicit matrix factorisation. */
    FACTORS(Signal.FACTORS, new FactorsMethods(), false),
    /** Self-attention, which tracks the order of the history. */
    ATTENTION(Signal.ATTENTION, new AttentionMethods(), true),
    /** A variational autoencoder, which represents the history as a whole. */
    VAE(Signal.VAE, new VaeMethods(Signal.VAE), true),
    /** The same with several concepts, which keeps kinds of interests apart. */
    CONCEPTS(Signal.CONCEPTS, new VaeMethods(Signal.CONCEPTS), true),
    /** Nested segments of users, and what is popular in them. */
    SEGMENTS(Signal.SEGMENTS, new SegmentMethods(), false);

    private final String signal;
    private final MethodFamily methods;
    private final boolean network;

    VectorPart(String signal, MethodFamily methods, boolean network) {
        this.signal = signal;
        this.methods = methods;
        this.network = network;
    }

    /** The name of the part, and of its signal. */
    public String signal() {
        return signal;
    }

    /** Whether it is a network, which is trained by gradient. */
    public boolean isNetwork() {
        return network;
    }

    /** Whether it can be learned on libtorch only. */
    public boolean needsLibtorch(PartSettings settings) {
        return network || GraphMethods.isByGradient(settings.of(signal));
    }

    /** Whether some of the methods to choose from learn on libtorch. */
    public boolean mayNeedLibtorch(PartSettings settings) {
        return needsLibtorch(settings) || this == GRAPH && GraphMethods.isClosed(settings.of(signal)) == false;
    }

    /** The part of this name; empty if there is none. */
    public static Optional<VectorPart> named(String name) {
        return Arrays.stream(values()).filter(part -> part.signal.equals(name)).findAny();
    }

    FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials) {
        return methods.tuned(settings, dimensions, trials);
    }

    FactorMethod standard(PartSettings settings, int[] dimensions) {
        return methods.standard(settings, dimensions);
    }

    /** Returns the dimensions to choose from, ascending: the given one, if there is one. */
    public int[] dimensions(PartSettings settings, InteractionMatrix matrix) {
        Double given = settings.of(signal).get(MethodFamily.DIMENSION);
        return given == null ? methods.dimensions(matrix) : new int[] { given.intValue() };
    }

    /** Returns the memory that learning with so many dimensions and the given settings takes, bytes. */
    public long bytes(PartSettings settings, InteractionMatrix matrix, int dimension) {
        return methods.bytes(matrix, dimension, settings.of(signal));
    }

    /** Returns the memory that learning by a method takes, bytes. */
    public long bytes(FactorMethod method, InteractionMatrix matrix) {
        Map<String, Object> settings = methods.settings(method);
        return methods.bytes(matrix, (int) MethodFamily.number(settings, MethodFamily.DIMENSION, method.dimension()), settings);
    }

    Map<String, Object> settings(FactorMethod method) {
        return methods.settings(method);
    }

    /** @throws IllegalArgumentException if a setting is out of range */
    FactorMethod method(Map<?, ?> settings) {
        return methods.method(settings);
    }
}
