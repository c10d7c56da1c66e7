package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

/**
 * What layers of LightGCN make of the items' own vectors E: the mean over layers, {@code Z = (E + RᵀR E + … + (RᵀR)^h E) / (h + 1)}.
 * Users have no vectors of their own, so every second layer has none for items, and {@code R Z} is what the layers make of users
 * (He et al., SIGIR'20, equations 3 and 4, which scale by the number of all layers). The operator is symmetric: it takes gradients
 * back just as it takes vectors there.
 *
 * @param hops how many layers beyond the first reach items, at least 0
 */
record Convolution(Graph graph, int hops, ParallelFor crew) {
    private static final int SLICE = 512;

    float[][] of(float[][] items, ProgressListener watch) {
        float[][] sum = new float[items.length][RowMatrix.width(items)];
        add(items, sum);
        float[][] layer = items;
        for (int hop = 0; hop < hops; hop++) {
            ProgressListener now = watch.part((double) hop / hops, (hop + 1.0) / hops);
            layer = graph.toItems(graph.toUsers(layer, now.part(0, 0.5)), now.part(0.5, 1));
            add(layer, sum);
        }
        return sum;
    }

    private void add(float[][] layer, float[][] sum) {
        crew.share(layer.length, SLICE, ProgressListener.NOBODY, (from, to) -> {
            for (int item = from; item < to; item++) {
                RowMatrix.add(1f / (hops + 1), layer[item], sum[item]);
            }
        });
    }
}
