package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.cluster.Segments;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.tracker.Signal;

import java.util.LinkedHashMap;
import java.util.Map;

/** Nested segments of users, by k-means or by density. */
final class SegmentMethods implements MethodFamily {
    static final String LEVELS = "levels";
    static final String TEMPERATURE = "temperature";
    static final String PRIOR = "prior";
    static final String DENSITY = "density";
    static final String LEAST = "least";

    @Override
    public FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials) {
        Segments start = standard(settings, dimensions).prepared(trials.sample().training(), trials.parallel(), trials.progress().part(0, 0.5));
        Segments best = trials.part(0.5, 1).bestMethod(start, settings.open(Signal.SEGMENTS, Segments.hyperparameters()));
        return best.withoutFound();
    }

    @Override
    public Segments standard(PartSettings settings, int[] dimensions) {
        return of(settings.of(Signal.SEGMENTS), MethodFamily.smaller(Segments.standard().taste(), dimensions));
    }

    @Override
    public int[] dimensions(InteractionMatrix matrix) {
        return new int[] { Segments.standard().taste() };
    }

    @Override
    public long bytes(InteractionMatrix matrix, int dimension, Map<String, ?> settings) {
        Segments standard = Segments.standard();
        int levels = (int) MethodFamily.number(settings, LEVELS, standard.levels());
        return Segments.bytes(matrix, dimension, levels, (int) MethodFamily.number(settings, LEAST, standard.least()));
    }

    @Override
    public Map<String, Object> settings(FactorMethod method) {
        Segments segments = (Segments) method;
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(LEVELS, segments.levels());
        settings.put(DIMENSION, segments.taste());
        settings.put(TEMPERATURE, segments.temperature());
        settings.put(PRIOR, segments.prior());
        settings.put(DENSITY, segments.density() ? 1 : 0);
        settings.put(LEAST, segments.least());
        return settings;
    }

    @Override
    public FactorMethod method(Map<?, ?> settings) {
        return of(settings, Segments.standard().taste());
    }

    private static Segments of(Map<?, ?> settings, int dimension) {
        Segments standard = Segments.standard();
        return new Segments(
            (int) MethodFamily.number(settings, LEVELS, standard.levels()),
            (int) MethodFamily.number(settings, DIMENSION, dimension),
            MethodFamily.number(settings, TEMPERATURE, standard.temperature()),
            MethodFamily.number(settings, PRIOR, standard.prior()),
            MethodFamily.number(settings, DENSITY, standard.density() ? 1 : 0) > 0,
            (int) MethodFamily.number(settings, LEAST, standard.least()),
            false,
            standard.seed(),
            null
        );
    }
}
