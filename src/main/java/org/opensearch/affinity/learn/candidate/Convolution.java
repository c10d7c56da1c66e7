package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.factor.Graph;

/**
 * The layers of LightGCN applied to the items' embeddings E: the mean over layers, {@code Z = (E + RᵀR E + … + (RᵀR)^h E) / (h + 1)}.
 * Users have no embeddings, so every second layer is 0 for items, and {@code R Z} are the users' vectors (He et al., SIGIR'20,
 * equations 3 and 4, which divide by the number of all layers). The operator is symmetric, so it also propagates gradients from Z
 * back to E. {@code ./bench learn} measures it; no training serves it yet.
 *
 * @param hops number of layers after the first that reach items, at least 0
 */
record Convolution(Graph graph, int hops, ParallelFor parallel) {
    private static final int ITEMS_PER_CHUNK = 512;

    /** Returns Z, of the shape of {@code items}. */
    float[][] apply(float[][] items, ProgressListener progress) {
        float[][] mean = new float[items.length][RowMatrix.width(items)];
        addToMean(items, mean);
        float[][] layer = items;
        for (int hop = 0; hop < hops; hop++) {
            ProgressListener own = progress.part((double) hop / hops, (hop + 1.0) / hops);
            layer = graph.toItems(graph.toUsers(layer, own.part(0, 0.5)), own.part(0.5, 1));
            addToMean(layer, mean);
        }
        return mean;
    }

    private void addToMean(float[][] layer, float[][] mean) {
        parallel.run(layer.length, ITEMS_PER_CHUNK, ProgressListener.NONE, (from, to) -> {
            for (int item = from; item < to; item++) {
                RowMatrix.add(1f / (hops + 1), layer[item], mean[item]);
            }
        });
    }
}
