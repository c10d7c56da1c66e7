package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.tracker.Signal;

import java.util.LinkedHashMap;
import java.util.Map;

/** Implicit matrix factorisation. */
final class FactorsMethods implements MethodFamily {
    @Override
    public FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials) {
        return trials.bestMethod(
            standard(settings, dimensions),
            settings.open(Signal.FACTORS, ImplicitFactors.hyperparameters(trials.sample().training(), dimensions))
        );
    }

    @Override
    public ImplicitFactors standard(PartSettings settings, int[] dimensions) {
        return of(settings.of(Signal.FACTORS), MethodFamily.smaller(ImplicitFactors.standard().dimension(), dimensions));
    }

    @Override
    public int[] dimensions(InteractionMatrix matrix) {
        return ImplicitFactors.dimensions();
    }

    @Override
    public long bytes(InteractionMatrix matrix, int dimension, Map<String, ?> settings) {
        return ImplicitFactors.bytes(matrix, dimension);
    }

    @Override
    public Map<String, Object> settings(FactorMethod method) {
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
    public FactorMethod method(Map<?, ?> settings) {
        return of(settings, ImplicitFactors.standard().dimension());
    }

    private static ImplicitFactors of(Map<?, ?> settings, int dimension) {
        ImplicitFactors standard = ImplicitFactors.standard();
        return new ImplicitFactors(
            (int) MethodFamily.number(settings, DIMENSION, dimension),
            (int) MethodFamily.number(settings, "iterations", standard.iterations()),
            MethodFamily.number(settings, "alpha", standard.alpha()),
            MethodFamily.number(settings, "lambda", standard.lambda()),
            MethodFamily.number(settings, "nu", standard.nu()),
            MethodFamily.number(settings, KEEP, standard.recencyDecay()),
            standard.seed()
        );
    }
}
