package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.network.AttentionSettings;
import org.opensearch.affinity.learn.network.SelfAttention;
import org.opensearch.affinity.tracker.Signal;

import java.util.LinkedHashMap;
import java.util.Map;

/** Self-attention over the newest items of a history. */
final class AttentionMethods implements MethodFamily {
    static final int MAX_DIMENSION = 256;
    static final int MAX_LAYERS = 4;
    private static final String LAYERS = "layers";
    private static final String DROPOUT = "dropout";
    private static final String TEMPERATURE = "temperature";
    private static final String EPOCHS = "epochs";
    private static final String RATE = "rate";

    @Override
    public FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials) {
        SelfAttention start = standard(settings, dimensions).with(trials.networks());
        return trials.bestMethod(start, settings.open(Signal.ATTENTION, SelfAttention.hyperparameters())).with(null);
    }

    @Override
    public SelfAttention standard(PartSettings settings, int[] dimensions) {
        return of(settings.of(Signal.ATTENTION), MethodFamily.smaller(AttentionSettings.standard().dimension(), dimensions));
    }

    @Override
    public int[] dimensions(InteractionMatrix matrix) {
        int standard = AttentionSettings.standard().dimension();
        return new int[] { standard / 2, standard };
    }

    @Override
    public long bytes(InteractionMatrix matrix, int dimension, Map<String, ?> settings) {
        return SelfAttention.bytes(matrix.items(), dimension);
    }

    @Override
    public Map<String, Object> settings(FactorMethod method) {
        AttentionSettings attention = ((SelfAttention) method).settings();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(DIMENSION, attention.dimension());
        settings.put(LAYERS, attention.layers());
        settings.put(DROPOUT, attention.dropout());
        settings.put(TEMPERATURE, attention.temperature());
        settings.put(EPOCHS, attention.plan().epochs());
        settings.put(RATE, attention.plan().rate());
        return settings;
    }

    @Override
    public FactorMethod method(Map<?, ?> settings) {
        return of(settings, AttentionSettings.standard().dimension());
    }

    private static SelfAttention of(Map<?, ?> settings, int dimension) {
        AttentionSettings standard = AttentionSettings.standard();
        AttentionSettings attention = standard.withDimension((int) MethodFamily.number(settings, DIMENSION, dimension))
            .withLayers((int) MethodFamily.number(settings, LAYERS, standard.layers()))
            .withDropout(MethodFamily.number(settings, DROPOUT, standard.dropout()))
            .withTemperature(MethodFamily.number(settings, TEMPERATURE, standard.temperature()))
            .withPlan(
                standard.plan().with(
                    (int) MethodFamily.number(settings, EPOCHS, standard.plan().epochs()),
                    MethodFamily.number(settings, RATE, standard.plan().rate())
                )
            );
        return new SelfAttention(attention, null);
    }
}
