package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.opensearch.affinity.learn.network.Sequences.Sequence;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

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

    private List<NDArray> arrays(List<Sequence> batch, NDManager scope, SplittableRandom random) {
        Catalogue catalogue = network.catalogue();
        BatchItems items = BatchItems.draw(catalogue.known(), sampled, catalogue.size(), random);
        int width = batch.stream().mapToInt(Sequence::targets).max().orElseThrow();
        int predicted = batch.stream().mapToInt(Sequence::targets).sum();
        long[] inputs = new long[batch.size() * width];
        long[] gaps = new long[inputs.length];
        long[] actions = new long[inputs.length];
        long[] places = new long[predicted];
        int[] wanted = new int[predicted];
        int size = 0;
        for (int row = 0; row < batch.size(); row++) {
            Sequence sequence = batch.get(row);
            for (int i = 0; i < sequence.targets(); i++) {
                inputs[row * width + i] = items.place(sequence.items()[i]);
                gaps[row * width + i] = sequence.gaps()[i];
                actions[row * width + i] = sequence.actions()[i];
                places[size] = (long) row * width + i;
                wanted[size++] = sequence.items()[i + 1];
            }
        }
        long[] wantedPlaces = IntStream.of(wanted).mapToLong(items::place).toArray();
        byte[] noise = new byte[network.noise(batch.size(), width)];
        random.nextBytes(noise);
        return List.of(
            scope.create(items.items()),
            catalogue.contents(items.items(), scope, random),
            scope.create(inputs, new Shape(batch.size(), width)),
            scope.create(gaps, new Shape(batch.size(), width)),
            scope.create(actions, new Shape(batch.size(), width)),
            scope.create(ByteBuffer.wrap(noise), new Shape(noise.length), DataType.UINT8),
            scope.create(places),
            scope.create(wantedPlaces),
            scope.create(LongStream.range(0, items.sampled()).toArray()),
            scope.create(items.sampledAmong(IntStream.range(0, predicted).toArray(), wanted)),
            scope.create((float) Math.log((double) catalogue.known().length / items.sampled()))
        );
    }
}
