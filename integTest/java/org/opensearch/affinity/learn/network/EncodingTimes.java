package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;
import org.opensearch.affinity.profile.History;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** How long networks of the standard settings take to encode a full history on one thread. The weights are random, which does not matter. */
public final class EncodingTimes {
    private static final Catalogue CATALOGUE = new Catalogue(History.MAX, IntStream.range(0, History.MAX).toArray(), new float[0][]);
    private static final double SECONDS = 1;

    private EncodingTimes() {}

    /** Returns microseconds. */
    public static double attention() {
        AttentionSettings settings = AttentionSettings.standard();
        List<NamedArray> weights = settings.network(CATALOGUE, List.of("click", "purchase")).initial(new SplittableRandom(1));
        return micros(new AttentionLayers(settings.heads(), 1 / settings.temperature(), weights.subList(1, weights.size())), weights);
    }

    /** Returns microseconds. */
    public static double vae() {
        VariationalAutoencoder.Settings settings = VariationalAutoencoder.Settings.standard();
        List<NamedArray> weights = new VaeNetwork(CATALOGUE, settings.hidden(), settings.dimension(), 1, null).initial(new SplittableRandom(1));
        return micros(new VaeLayers(1, weights.subList(1, weights.size())), weights);
    }

    private static double micros(NetworkEncoder.Layers layers, List<NamedArray> weights) {
        float[][] rows = weights.getFirst().rows();
        WeightedHistory history = WeightedHistory.of(CATALOGUE.known());
        double last = 0;
        // The first turn warms up.
        for (int turn = 0; turn < 2; turn++) {
            long begin = System.nanoTime();
            int encoded = 0;
            for (; System.nanoTime() - begin < SECONDS * 1e9; encoded++) {
                layers.vector(rows, history);
            }
            last = (System.nanoTime() - begin) / 1e3 / encoded;
        }
        return last;
    }
}
