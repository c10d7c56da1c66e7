package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Batches of {@link AttentionNetwork}: sequences of similar length, and items sampled uniformly without replacement, the same for all of a
 * batch.
 *
 * @param targets about how many items a batch predicts
 * @param sampled how many items are sampled; at most all
 */
record NextItemBatches(Sequences sequences, AttentionNetwork network, int targets, int sampled) implements MiniBatches {
    @Override
    public List<MiniBatch> epoch(int epoch, SplittableRandom random) {
        return sequences.batches(targets, random).stream()
            .<MiniBatch>map(batch -> (scope, noise) -> arrays(batch, scope, noise))
            .toList();
    }

    private List<NDArray> arrays(List<int[]> batch, NDManager scope, SplittableRandom random) {
        int width = batch.stream().mapToInt(sequence -> sequence.length - 1).max().orElseThrow();
        int predicted = batch.stream().mapToInt(sequence -> sequence.length - 1).sum();
        long[] inputs = new long[batch.size() * width];
        long[] places = new long[predicted];
        long[] wanted = new long[predicted];
        int size = 0;
        for (int row = 0; row < batch.size(); row++) {
            int[] sequence = batch.get(row);
            for (int i = 0; i < sequence.length - 1; i++) {
                inputs[row * width + i] = sequence[i];
                places[size] = (long) row * width + i;
                wanted[size++] = sequence[i + 1];
            }
        }
        ItemSample drawn = ItemSample.draw(network.items(), sampled, random);
        byte[] noise = new byte[network.noise(batch.size(), width)];
        random.nextBytes(noise);
        return List.of(
            scope.create(inputs, new Shape(batch.size(), width)),
            scope.create(ByteBuffer.wrap(noise), new Shape(noise.length), DataType.UINT8),
            scope.create(places),
            scope.create(wanted),
            scope.create(drawn.items()),
            scope.create(drawn.places(IntStream.range(0, predicted).toArray(), wanted)),
            scope.create((float) Math.log((network.items() - 1.0) / drawn.items().length))
        );
    }
}
