package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.network.VariationalAutoencoder;
import org.opensearch.affinity.learn.network.VariationalAutoencoder.Settings;
import org.opensearch.affinity.tracker.Signal;

import java.util.LinkedHashMap;
import java.util.Map;

/** A variational autoencoder of users' items. */
final class VaeMethods implements MethodFamily {
    static final int MAX_DIMENSION = 512;
    private static final String HIDDEN = "hidden";
    private static final String DROPOUT = "dropout";
    private static final String DIVERGENCE = "divergence";
    private static final String EPOCHS = "epochs";
    private static final String RATE = "rate";

    @Override
    public FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials) {
        VariationalAutoencoder start = standard(settings, dimensions).with(trials.networks());
        return trials.bestMethod(start, settings.open(Signal.VAE, VariationalAutoencoder.hyperparameters())).with(null);
    }

    @Override
    public VariationalAutoencoder standard(PartSettings settings, int[] dimensions) {
        return of(settings.of(Signal.VAE), MethodFamily.smaller(Settings.standard().dimension(), dimensions));
    }

    @Override
    public int[] dimensions(InteractionMatrix matrix) {
        int standard = Settings.standard().dimension();
        return new int[] { standard / 2, standard };
    }

    @Override
    public long bytes(InteractionMatrix matrix, int dimension) {
        return VariationalAutoencoder.bytes(matrix.items(), dimension);
    }

    @Override
    public Map<String, Object> settings(FactorMethod method) {
        Settings vae = ((VariationalAutoencoder) method).settings();
        Map<String, Object> settings = new LinkedHashMap<>();
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
        return of(settings, Settings.standard().dimension());
    }

    private static VariationalAutoencoder of(Map<?, ?> settings, int dimension) {
        Settings standard = Settings.standard();
        Settings vae = new Settings(
            (int) MethodFamily.number(settings, HIDDEN, standard.hidden()),
            (int) MethodFamily.number(settings, DIMENSION, dimension),
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
