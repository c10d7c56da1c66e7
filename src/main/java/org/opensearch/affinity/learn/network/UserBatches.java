package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.opensearch.affinity.learn.InteractionMatrix;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Batches of {@link VaeNetwork}: users with all their items, of which a random part is encoded.
 *
 * @param users      number of users of a batch
 * @param sampled    how many items are sampled; at most all
 * @param dropout    fraction of a user's items that are not encoded
 * @param divergence weight of the divergence from a normal distribution, which grows linearly from 0 to it ("annealing")
 * @param growth     number of epochs in which it grows, at least 1
 */
record UserBatches(
    InteractionMatrix interactions,
    VaeNetwork network,
    int users,
    int sampled,
    double dropout,
    double divergence,
    int growth
) implements MiniBatches {
    @Override
    public List<MiniBatch> epoch(int epoch, SplittableRandom random) {
        float weight = (float) (divergence * Math.min(1, (double) epoch / growth));
        return MiniBatches.users(interactions, users, random).stream()
            .<MiniBatch>map(batch -> (scope, own) -> arrays(batch, weight, scope, own))
            .toList();
    }

    private List<NDArray> arrays(int[] batch, float weight, NDManager scope, SplittableRandom random) {
        int size = Arrays.stream(batch).map(user -> interactions.end(user) - interactions.start(user)).sum();
        long[] taken = new long[size];
        int[] rows = new int[size];
        long[] kept = new long[size];
        float[] keptWeights = new float[size];
        long[] starts = new long[batch.length];
        int all = 0;
        int keptSize = 0;
        for (int row = 0; row < batch.length; row++) {
            int start = interactions.start(batch[row]);
            int end = interactions.end(batch[row]);
            float scale = (float) (1 / ((1 - dropout) * norm(start, end)));
            starts[row] = keptSize;
            for (int position = start; position < end; position++) {
                taken[all] = interactions.item(position);
                rows[all++] = row;
                if (random.nextDouble() >= dropout) {
                    kept[keptSize] = interactions.item(position);
                    keptWeights[keptSize++] = scale * interactions.weight(position);
                }
            }
        }
        float[] normal = new float[batch.length * network.dimension()];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (float) random.nextGaussian();
        }
        ItemSample drawn = ItemSample.draw(network.items(), sampled, random);
        return List.of(
            scope.create(Arrays.copyOf(kept, keptSize)),
            scope.create(starts),
            scope.create(Arrays.copyOf(keptWeights, keptSize)),
            scope.create(normal, new Shape(batch.length, network.dimension())),
            scope.create(taken),
            scope.create(Arrays.stream(rows).asLongStream().toArray()),
            scope.create(drawn.items()),
            scope.create(drawn.places(rows, taken)),
            scope.create((float) Math.log((double) network.items() / drawn.items().length)),
            scope.create(weight)
        );
    }

    private double norm(int start, int end) {
        return Math.sqrt(IntStream.range(start, end).mapToDouble(interactions::weight).map(weight -> weight * weight).sum());
    }
}
