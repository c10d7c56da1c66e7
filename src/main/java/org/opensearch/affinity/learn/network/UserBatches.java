package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.opensearch.affinity.learn.InteractionMatrix;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Batches of {@link VaeNetwork}: users with all their items, of which a random part is encoded.
 *
 * @param some       users to learn from
 * @param users      number of users of a batch
 * @param sampled    how many items are sampled; at most all
 * @param dropout    fraction of a user's items that are not encoded
 * @param divergence weight of the divergence from a normal distribution, which grows linearly from 0 to it ("annealing")
 * @param growth     number of epochs in which it grows, at least 1
 */
record UserBatches(
    InteractionMatrix interactions,
    BitSet some,
    VaeNetwork network,
    int users,
    int sampled,
    double dropout,
    double divergence,
    int growth
) implements MiniBatches {
    /** Numbers in the rows of all items of a batch: so the memory of a step does not depend on how many items users have. */
    private static final int MOST_NUMBERS = 7_740_000;

    @Override
    public List<MiniBatch> epoch(int epoch, SplittableRandom random) {
        float weight = (float) (divergence * Math.min(1, (double) epoch / growth));
        return MiniBatches.users(interactions, some, users, MOST_NUMBERS / network.width(), random).stream()
            .<MiniBatch>map(batch -> (scope, own) -> arrays(batch, weight, scope, own))
            .toList();
    }

    private List<NDArray> arrays(int[] batch, float weight, NDManager scope, SplittableRandom random) {
        Catalogue catalogue = network.catalogue();
        BatchItems items = BatchItems.draw(catalogue.known(), sampled, catalogue.size(), random);
        int size = Arrays.stream(batch).map(user -> interactions.end(user) - interactions.start(user)).sum();
        int[] taken = new int[size];
        int[] rows = new int[size];
        long[] kept = new long[size];
        float[] keptWeights = new float[size];
        long[] starts = new long[batch.length];
        int all = 0;
        int keptSize = 0;
        for (int row = 0; row < batch.length; row++) {
            int start = interactions.start(batch[row]);
            int end = interactions.end(batch[row]);
            // Weights of items do not count, as in the histories of searches.
            float weightOfEach = (float) (1 / ((1 - dropout) * Math.sqrt(end - start)));
            starts[row] = keptSize;
            for (int position = start; position < end; position++) {
                taken[all] = interactions.item(position);
                rows[all++] = row;
                if (random.nextDouble() >= dropout) {
                    kept[keptSize] = items.place(interactions.item(position));
                    keptWeights[keptSize++] = weightOfEach;
                }
            }
        }
        float[] normal = new float[batch.length * network.latent()];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (float) random.nextGaussian();
        }
        long[] takenPlaces = IntStream.of(taken).mapToLong(items::place).toArray();
        return List.of(
            scope.create(items.items()),
            catalogue.contents(items.items(), scope, random),
            scope.create(Arrays.copyOf(kept, keptSize)),
            scope.create(starts),
            scope.create(Arrays.copyOf(keptWeights, keptSize)),
            scope.create(normal, new Shape(batch.length, network.latent())),
            scope.create(takenPlaces),
            scope.create(Arrays.stream(rows).asLongStream().toArray()),
            scope.create(LongStream.range(0, items.sampled()).toArray()),
            scope.create(items.sampledAmong(rows, taken)),
            scope.create((float) Math.log((double) catalogue.known().length / items.sampled())),
            scope.create(weight)
        );
    }
}
