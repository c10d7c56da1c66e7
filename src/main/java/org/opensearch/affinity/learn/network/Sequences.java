package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.InteractionMatrix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The histories of users as sequences of items to predict the next one. A history with more than {@code maxTargets + 1} items is cut into
 * several, from its newest item on. The order of items of one moment is not known, so it is drawn anew for each epoch.
 *
 * @param users      to learn from
 * @param maxTargets largest number of items to predict in one sequence, at least 1
 */
record Sequences(InteractionMatrix interactions, BitSet users, int maxTargets) {
    /** Sequences are sorted by length within blocks of so many, so that a batch needs little padding and is still random. */
    private static final int BLOCK = 4_096;
    /** A batch has at most so many times as many places as items to predict are wanted: a long sequence makes short ones long. */
    private static final int MOST_PADDED = 2;

    /**
     * A sequence.
     *
     * @param items oldest first
     * @param gaps  by place, see {@link InteractionMatrix#gap}
     * @param actions of the items, see {@link InteractionMatrix#action}
     */
    record Sequence(int[] items, int[] gaps, int[] actions) {
        int targets() {
            return items.length - 1;
        }
    }

    /** Returns all sequences with at least two items, in batches of about as many items to predict. */
    List<List<Sequence>> batches(int targets, SplittableRandom random) {
        List<Sequence> sequences = all(random);
        Collections.shuffle(sequences, random);
        List<List<Sequence>> batches = new ArrayList<>();
        for (int from = 0; from < sequences.size(); from += BLOCK) {
            List<Sequence> block = sequences.subList(from, Math.min(sequences.size(), from + BLOCK));
            block.sort(Comparator.comparingInt(Sequence::targets));
            cut(block, targets, batches);
        }
        Collections.shuffle(batches, random);
        return batches;
    }

    private static void cut(List<Sequence> block, int targets, List<List<Sequence>> batches) {
        int from = 0;
        int sum = 0;
        for (int i = 0; i < block.size(); i++) {
            Sequence sequence = block.get(i);
            if (i > from && (i + 1 - from) * sequence.targets() > MOST_PADDED * targets) {
                batches.add(block.subList(from, i));
                from = i;
                sum = 0;
            }
            sum += sequence.targets();
            if (sum >= targets || i == block.size() - 1) {
                batches.add(block.subList(from, i + 1));
                from = i + 1;
                sum = 0;
            }
        }
    }

    private List<Sequence> all(SplittableRandom random) {
        List<Sequence> all = new ArrayList<>();
        for (int user = users.nextSetBit(0); user >= 0 && user < interactions.users(); user = users.nextSetBit(user + 1)) {
            int[] positions = positions(user, random);
            for (int end = positions.length; end >= 2; end -= maxTargets) {
                int from = Math.max(0, end - maxTargets - 1);
                int start = interactions.start(user);
                int[] some = Arrays.copyOfRange(positions, from, end);
                all.add(
                    new Sequence(
                        Arrays.stream(some).map(interactions::item).toArray(),
                        IntStream.range(start + from, start + end).map(interactions::gap).toArray(),
                        Arrays.stream(some).map(interactions::action).toArray()
                    )
                );
            }
        }
        return all;
    }

    /** Returns the positions of a user's interactions, oldest first, those of one moment in random order. */
    private int[] positions(int user, SplittableRandom random) {
        int start = interactions.start(user);
        int[] positions = new int[interactions.end(user) - start];
        int moment = 0;
        for (int i = 0; i < positions.length; i++) {
            moment = interactions.gap(start + i) == 0 ? moment : i;
            // Inside-out shuffle (Durstenfeld) of the places from the begin of the moment.
            int other = moment + random.nextInt(i - moment + 1);
            positions[i] = positions[other];
            positions[other] = start + i;
        }
        return positions;
    }
}
