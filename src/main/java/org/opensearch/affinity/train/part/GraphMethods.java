package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.CoordinateSearch.Trial;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.network.LightGcn;
import org.opensearch.affinity.learn.network.NetworkMethod;
import org.opensearch.affinity.tracker.Signal;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Graph convolution in closed form, or by so many steps of gradient descent; whichever ranks held-out items better. */
final class GraphMethods implements MethodFamily {
    static final int MAX_STEPS = 10_000;
    private static final String STEPS = "steps";
    private static final String DAMPING = "damping";
    private static final String USER = "user";
    private static final String FROM = "from";
    /** Gradient descent takes long with more. */
    private static final int MAX_GRADIENT_DIMENSION = 256;

    static boolean isByGradient(Map<String, Double> given) {
        return given.getOrDefault(STEPS, 0.0) > 0;
    }

    static boolean isClosed(Map<String, Double> given) {
        return given.containsKey(STEPS) && isByGradient(given) == false;
    }

    /** @throws IllegalArgumentException if settings that are given do not go together */
    static void check(Map<String, Double> given) {
        double dimension = given.getOrDefault(DIMENSION, 0.0);
        if (isByGradient(given) && dimension > MAX_GRADIENT_DIMENSION) {
            throw new IllegalArgumentException(
                "[settings.graph.dimension] must be at most " + MAX_GRADIENT_DIMENSION + " with [steps], got [" + (int) dimension + "]"
            );
        }
    }

    @Override
    public FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials) {
        Map<String, Double> given = settings.of(Signal.GRAPH);
        if (isByGradient(given)) {
            return standard(settings, dimensions);
        }
        Trial<LowPass> best = closed(settings, dimensions, trials.part(0, 0.5));
        LowPass closed = best.method();
        if (isClosed(given) || trials.networks() == null || given.getOrDefault(DIMENSION, 0.0) > MAX_GRADIENT_DIMENSION) {
            return closed;
        }
        LightGcn gradient = LightGcn.standard()
            .withDimension(Math.min(MAX_GRADIENT_DIMENSION, closed.dimension()))
            .withRecencyDecay(closed.recencyDecay());
        return ndcg(gradient, trials.part(0.5, 1)) > best.value() ? gradient : closed;
    }

    private static Trial<LowPass> closed(PartSettings settings, int[] dimensions, PartTrials trials) {
        InteractionMatrix matrix = trials.sample().training();
        LowPass start = closed(settings.of(Signal.GRAPH), LowPass.standard().damping(), dimensions);
        int most = Math.max(start.dimension(), Arrays.stream(dimensions).max().orElseThrow());
        List<Double> exponents = settings.of(Signal.GRAPH).containsKey(USER) ? List.of(start.userExponent()) : LowPass.USER_EXPONENTS;
        PartTrials first = trials.part(0, 0.7);
        LowPass prepared = start.prepared(
            matrix,
            most,
            exponents,
            (trial, progress) -> first.with(progress).best(trial, List.of()).value(),
            trials.parallel(),
            first.progress()
        );
        Trial<LowPass> best = trials.part(0.7, 1).best(
            prepared,
            settings.open(Signal.GRAPH, LowPass.hyperparameters(matrix, dimensions))
        );
        return new Trial<>(best.method().withoutSpectrum(), best.value());
    }

    /** Returns 0 for a method whose loss does not stay finite. */
    private static double ndcg(LightGcn method, PartTrials trials) {
        try {
            return trials.best(method.with(trials.networks()), List.of()).value();
        } catch (NetworkMethod.DivergedException e) {
            return 0;
        }
    }

    @Override
    public FactorMethod standard(PartSettings settings, int[] dimensions) {
        Map<String, Double> given = settings.of(Signal.GRAPH);
        return isByGradient(given) ? gradient(given, dimensions) : closed(given, LowPass.standard().damping(), dimensions);
    }

    /** @param damping unless it is given */
    private static LowPass closed(Map<?, ?> given, double damping, int... dimensions) {
        LowPass standard = LowPass.standard();
        return new LowPass(
            (int) MethodFamily.number(given, DIMENSION, MethodFamily.smaller(standard.dimension(), dimensions)),
            MethodFamily.number(given, DAMPING, damping),
            MethodFamily.number(given, USER, standard.userExponent()),
            MethodFamily.number(given, FROM, standard.fromExponent()),
            MethodFamily.number(given, KEEP, standard.recencyDecay()),
            standard.seed(),
            null
        );
    }

    private static LightGcn gradient(Map<?, ?> given, int... dimensions) {
        LightGcn standard = LightGcn.standard();
        return standard.withDimension((int) MethodFamily.number(given, DIMENSION, MethodFamily.smaller(standard.dimension(), dimensions)))
            .withRecencyDecay(MethodFamily.number(given, KEEP, standard.recencyDecay()))
            .withSteps((int) MethodFamily.number(given, STEPS, standard.steps()));
    }

    @Override
    public int[] dimensions(InteractionMatrix matrix) {
        return LowPass.dimensions(matrix);
    }

    @Override
    public long bytes(InteractionMatrix matrix, int dimension, Map<String, ?> settings) {
        return Math.max(LowPass.bytes(matrix, dimension), LightGcn.bytes(matrix, Math.min(MAX_GRADIENT_DIMENSION, dimension)));
    }

    @Override
    public Map<String, Object> settings(FactorMethod method) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(DIMENSION, method.dimension());
        if (method instanceof LightGcn gradient) {
            settings.put(STEPS, gradient.steps());
            settings.put(KEEP, gradient.recencyDecay());
        } else {
            LowPass closed = (LowPass) method;
            settings.put(DAMPING, closed.damping());
            settings.put(USER, closed.userExponent());
            settings.put(FROM, closed.fromExponent());
            settings.put(KEEP, closed.recencyDecay());
        }
        return settings;
    }

    @Override
    public FactorMethod method(Map<?, ?> settings) {
        int[] any = { LowPass.MAX_DIMENSION };
        // Before there was damping, it was 0.
        return MethodFamily.number(settings, STEPS, 0) > 0 ? gradient(settings, any) : closed(settings, 0, any);
    }
}
