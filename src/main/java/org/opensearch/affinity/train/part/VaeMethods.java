package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.network.VariationalAutoencoder;
import org.opensearch.affinity.learn.network.VariationalAutoencoder.Settings;
import org.opensearch.affinity.tracker.Signal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A variational autoencoder of users' items, with one concept or several. */
final class VaeMethods implements MethodFamily {
    static final int MAX_DIMENSION = 512;
    static final int MAX_CONCEPTS = 32;
    static final int MAX_DIMENSION_OF_CONCEPT = 128;
    private static final String CONCEPTS = "concepts";
    private static final String HIDDEN = "hidden";
    private static final String DROPOUT = "dropout";
    private static final String DIVERGENCE = "divergence";
    private static final String EPOCHS = "epochs";
    private static final String RATE = "rate";

    private final String signal;

    /** @param signal {@link Signal#VAE} or {@link Signal#CONCEPTS} */
    VaeMethods(String signal) {
        this.signal = signal;
    }

    private boolean hasConcepts() {
        return signal.equals(Signal.CONCEPTS);
    }

    private Settings standard() {
        return (hasConcepts() ? VariationalAutoencoder.concepts() : VariationalAutoencoder.standard()).settings();
    }

    @Override
    public FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials) {
        VariationalAutoencoder start = standard(settings, dimensions).with(trials.networks());
        return trials.bestMethod(start, settings.open(signal, hyperparameters())).with(null);
    }

    @Override
    public VariationalAutoencoder standard(PartSettings settings, int[] dimensions) {
        return of(settings.of(signal), MethodFamily.smaller(standard().dimension(), dimensions));
    }

    @Override
    public int[] dimensions(InteractionMatrix matrix) {
        int standard = standard().dimension();
        return new int[] { standard / 2, standard };
    }

    @Override
    public long bytes(InteractionMatrix matrix, int dimension, Map<String, ?> settings) {
        int concepts = (int) MethodFamily.number(settings, CONCEPTS, VariationalAutoencoder.MAX_CONCEPTS_TO_TRY);
        return VariationalAutoencoder.bytes(matrix.items(), dimension, hasConcepts() ? concepts : 1);
    }

    @Override
    public Map<String, Object> settings(FactorMethod method) {
        Settings vae = ((VariationalAutoencoder) method).settings();
        Map<String, Object> settings = new LinkedHashMap<>();
        if (hasConcepts()) {
            settings.put(CONCEPTS, vae.concepts());
        }
        settings.put(DIMENSION, vae.dimension());
        settings.put(HIDDEN, vae.hidden());
        settings.put(DROPOUT, vae.dropout());
        settings.put(DIVERGENCE, vae.divergence());
        settings.put(EPOCHS, vae.plan().epochs());
        settings.put(RATE, vae.plan().rate());
        return settings;
    }

    @Override
    public FactorMethod method(Map<?, ?> settings) {
        return of(settings, standard().dimension());
    }

    private List<Hyperparameter<VariationalAutoencoder>> hyperparameters() {
        return hasConcepts() ? VariationalAutoencoder.conceptHyperparameters() : VariationalAutoencoder.hyperparameters();
    }

    private VariationalAutoencoder of(Map<?, ?> settings, int dimension) {
        Settings standard = standard();
        Settings vae = new Settings(
            (int) MethodFamily.number(settings, HIDDEN, standard.hidden()),
            (int) MethodFamily.number(settings, DIMENSION, dimension),
            hasConcepts() ? (int) MethodFamily.number(settings, CONCEPTS, standard.concepts()) : 1,
            MethodFamily.number(settings, DROPOUT, standard.dropout()),
            MethodFamily.number(settings, DIVERGENCE, standard.divergence()),
            standard.growth(),
            standard.users(),
            standard.sampled(),
            standard.plan().with(
                (int) MethodFamily.number(settings, EPOCHS, standard.plan().epochs()),
                MethodFamily.number(settings, RATE, standard.plan().rate())
            )
        );
        return new VariationalAutoencoder(vae, null);
    }
}
