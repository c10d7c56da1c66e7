package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

public class SequencesTests extends OpenSearchTestCase {
    static Sequences sequences(InteractionMatrix interactions, int maxTargets) {
        BitSet all = new BitSet();
        all.set(0, interactions.users());
        return new Sequences(interactions, all, maxTargets);
    }

    public void testOrderWithinAMomentIsRandom() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(6, List.of("click", "purchase"));
        builder.add(0, 0, 1, 10).add(0, 1, 1, 20, 1).add(0, 2, 1, 20, 2).add(0, 3, 1, 20).add(0, 4, 1, 30).add(0, 5, 1, 30);
        Sequences sequences = sequences(builder.build(), 50);
        SplittableRandom random = new SplittableRandom(1);
        int[][] counts = new int[6][6];
        int epochs = 600;
        for (int epoch = 0; epoch < epochs; epoch++) {
            Sequences.Sequence sequence = sequences.batches(1, random).getFirst().getFirst();
            int[] items = sequence.items();
            for (int place = 0; place < items.length; place++) {
                counts[place][items[place]]++;
                assertEquals("actions stay with their items", items[place] < 3 ? items[place] : 0, sequence.actions()[place]);
            }
        }
        assertEquals(epochs, counts[0][0]);
        for (int place = 1; place < 4; place++) {
            for (int item = 1; item < 4; item++) {
                assertEquals(epochs / 3.0, counts[place][item], 60);
            }
        }
        assertEquals(epochs / 2.0, counts[4][5], 70);
        assertEquals(epochs, counts[5][4] + counts[5][5]);
    }

    public void testLongHistoriesAreCut() {
        InteractionMatrix interactions = InteractionMatrices.ordered(20, IntStream.range(0, 8).toArray(), new int[] { 9 });
        List<List<Sequences.Sequence>> batches = sequences(interactions, 3).batches(1_000, new SplittableRandom(1));
        List<String> sequences = batches.stream().flatMap(List::stream).map(sequence -> Arrays.toString(sequence.items())).sorted().toList();
        assertEquals(List.of("[0, 1]", "[1, 2, 3, 4]", "[4, 5, 6, 7]"), sequences);
    }
}
