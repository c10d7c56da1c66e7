package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.Tuning;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.tracker.Signal;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A part with item vectors: the signal that it is, and the method that learns it. */
public enum VectorPart {
    /** Graph convolution in closed form. */
    GRAPH(Signal.GRAPH) {
        @Override
        FactorMethod tuned(InteractionMatrix matrix, HeldOut sample, ParallelFor parallel, ProgressListener progress) {
            return best(LowPass.standard(matrix), LowPass.hyperparameters(matrix), sample, parallel, progress);
        }

        @Override
        public FactorMethod standard(InteractionMatrix matrix) {
            return LowPass.standard(matrix);
        }

        @Override
        Map<String, Object> settings(FactorMethod method) {
            LowPass lowPass = (LowPass) method;
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put(DIMENSION, lowPass.dimension());
            settings.put(KEEP, lowPass.recencyDecay());
            return settings;
        }

        @Override
        FactorMethod method(Map<?, ?> settings) {
            LowPass standard = LowPass.standard();
            return new LowPass(
                (int) number(settings, DIMENSION, standard.dimension()),
                number(settings, KEEP, standard.recencyDecay()),
                standard.seed()
            );
        }
    },
    /** Implicit matrix factorisation. */
    FACTORS(Signal.FACTORS) {
        @Override
        FactorMethod tuned(InteractionMatrix matrix, HeldOut sample, ParallelFor parallel, ProgressListener progress) {
            return best(ImplicitFactors.standard(), ImplicitFactors.hyperparameters(matrix), sample, parallel, progress);
        }

        @Override
        public FactorMethod standard(InteractionMatrix matrix) {
            return ImplicitFactors.standard();
        }

        @Override
        Map<String, Object> settings(FactorMethod method) {
            ImplicitFactors factors = (ImplicitFactors) method;
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put(DIMENSION, factors.dimension());
            settings.put("iterations", factors.iterations());
            settings.put("alpha", factors.alpha());
            settings.put("lambda", factors.lambda());
            settings.put("nu", factors.nu());
            settings.put(KEEP, factors.recencyDecay());
            return settings;
        }

        @Override
        FactorMethod method(Map<?, ?> settings) {
            ImplicitFactors standard = ImplicitFactors.standard();
            return new ImplicitFactors(
                (int) number(settings, DIMENSION, standard.dimension()),
                (int) number(settings, "iterations", standard.iterations()),
                number(settings, "alpha", standard.alpha()),
                number(settings, "lambda", standard.lambda()),
                number(settings, "nu", standard.nu()),
                number(settings, KEEP, standard.recencyDecay()),
                standard.seed()
            );
        }
    };

    private static final String DIMENSION = "dimension";
    private static final String KEEP = "keep";

    private final String signal;

    VectorPart(String signal) {
        this.signal = signal;
    }

    /** The name of the part, and of its signal. */
    public String signal() {
        return signal;
    }

    /** The part of this name; empty if there is none. */
    public static Optional<VectorPart> named(String name) {
        return Arrays.stream(values()).filter(part -> part.signal.equals(name)).findAny();
    }

    /** Returns the method with the hyperparameters that rank the held-out items best. */
    abstract FactorMethod tuned(InteractionMatrix matrix, HeldOut sample, ParallelFor parallel, ProgressListener progress);

    /** Returns the method with the settings that a search for better ones begins with. */
    public abstract FactorMethod standard(InteractionMatrix matrix);

    /** Returns the hyperparameters of a method, for people and for {@link #method}. */
    abstract Map<String, Object> settings(FactorMethod method);

    /**
     * Returns the method with these hyperparameters, and standard ones where there are none.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    abstract FactorMethod method(Map<?, ?> settings);

    static double number(Map<?, ?> settings, String name, double otherwise) {
        return settings.get(name) instanceof Number number ? number.doubleValue() : otherwise;
    }

    private static <M extends FactorMethod> M best(
        M start,
        List<Hyperparameter<M>> hyperparameters,
        HeldOut sample,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        Tuning<M> tuning = new Tuning<>(hyperparameters, metrics -> RankingMetrics.mean(metrics.ndcg10()), 1);
        return tuning.best(start, sample, parallel, progress, trial -> {}).method();
    }
}
