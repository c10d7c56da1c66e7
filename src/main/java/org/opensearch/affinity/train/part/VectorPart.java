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
        FactorMethod tuned(PartSettings settings, int[] dimensions, HeldOut sample, ParallelFor parallel, ProgressListener progress) {
            List<Hyperparameter<LowPass>> open = settings.open(signal(), LowPass.hyperparameters(sample.training(), dimensions));
            return best(standard(settings, dimensions), open, sample, parallel, progress);
        }

        @Override
        LowPass standard(PartSettings settings, int[] dimensions) {
            LowPass standard = LowPass.standard();
            return of(settings.of(signal()), standard.withDimension(smaller(standard.dimension(), dimensions)));
        }

        @Override
        int[] dimensions(InteractionMatrix matrix) {
            return LowPass.dimensions(matrix);
        }

        private LowPass of(Map<?, ?> settings, LowPass standard) {
            return new LowPass(
                (int) number(settings, DIMENSION, standard.dimension()),
                number(settings, KEEP, standard.recencyDecay()),
                standard.seed()
            );
        }

        @Override
        public long bytes(InteractionMatrix matrix, int dimension) {
            return LowPass.bytes(matrix, dimension);
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
            return of(settings, LowPass.standard());
        }
    },
    /** Implicit matrix factorisation. */
    FACTORS(Signal.FACTORS) {
        @Override
        FactorMethod tuned(PartSettings settings, int[] dimensions, HeldOut sample, ParallelFor parallel, ProgressListener progress) {
            List<Hyperparameter<ImplicitFactors>> open = settings.open(
                signal(),
                ImplicitFactors.hyperparameters(sample.training(), dimensions)
            );
            return best(standard(settings, dimensions), open, sample, parallel, progress);
        }

        @Override
        ImplicitFactors standard(PartSettings settings, int[] dimensions) {
            ImplicitFactors standard = ImplicitFactors.standard();
            return of(settings.of(signal()), standard.withDimension(smaller(standard.dimension(), dimensions)));
        }

        @Override
        int[] dimensions(InteractionMatrix matrix) {
            return ImplicitFactors.dimensions();
        }

        @Override
        public long bytes(InteractionMatrix matrix, int dimension) {
            return ImplicitFactors.bytes(matrix, dimension);
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
            return of(settings, ImplicitFactors.standard());
        }

        private ImplicitFactors of(Map<?, ?> settings, ImplicitFactors standard) {
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

    /**
     * Returns the method with the given hyperparameters, and others that rank the held-out items best.
     *
     * @param dimensions to choose from, ascending
     */
    abstract FactorMethod tuned(
        PartSettings settings,
        int[] dimensions,
        HeldOut sample,
        ParallelFor parallel,
        ProgressListener progress
    );

    /**
     * Returns the method with the given hyperparameters, and others that a search for better ones begins with.
     *
     * @param dimensions to choose from, ascending
     */
    abstract FactorMethod standard(PartSettings settings, int[] dimensions);

    /** Returns the dimensions to choose from, ascending. */
    abstract int[] dimensions(InteractionMatrix matrix);

    /** Returns the dimensions to choose from, ascending: the given one, if there is one. */
    public int[] dimensions(PartSettings settings, InteractionMatrix matrix) {
        Double given = settings.of(signal).get(DIMENSION);
        return given == null ? dimensions(matrix) : new int[] { given.intValue() };
    }

    /** Returns the heap that learning takes for arrays of vectors. */
    public abstract long bytes(InteractionMatrix matrix, int dimension);

    /** Returns a dimension, or the largest one to choose from if that is smaller. */
    static int smaller(int dimension, int[] dimensions) {
        return Math.min(dimension, dimensions[dimensions.length - 1]);
    }

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
