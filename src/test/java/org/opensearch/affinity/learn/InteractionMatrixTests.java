package org.opensearch.affinity.learn;

import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

public class InteractionMatrixTests extends OpenSearchTestCase {
    public void testRowsAreSortedByTime() {
        List<int[]> events = new ArrayList<>();
        for (int user = 0; user < 20; user++) {
            for (int time = 0; time < 30; time++) {
                events.add(new int[] { user, (time * 7 + user) % 100, time });
            }
        }
        Collections.shuffle(events, random());
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(100);
        events.forEach(event -> builder.add(event[0], event[1], 1 + event[2], event[2] - 1_000_000_000_000L));
        InteractionMatrix interactions = builder.build();
        assertEquals(20, interactions.users());
        assertEquals(600, interactions.size());
        assertTrue(interactions.ordered());
        for (int user = 0; user < 20; user++) {
            assertEquals(30, interactions.end(user) - interactions.start(user));
            for (int time = 0; time < 30; time++) {
                assertEquals((time * 7 + user) % 100, interactions.item(interactions.start(user) + time));
                assertEquals(1 + time, interactions.weight(interactions.start(user) + time), 0);
            }
            assertEquals((29 * 7 + user) % 100, interactions.history(user).items()[0]);
            assertEquals(30, interactions.history(user).weights()[0], 0);
        }
    }

    public void testRepeatedInteractionsAreMerged() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(3).add(0, 2, 1, 10).add(0, 1, 1, 20).add(0, 2, 0.5f, 30);
        InteractionMatrix interactions = builder.add(2, 2, 1, 5).build();
        assertEquals("user 1 has an empty row", 3, interactions.users());
        assertEquals(3, interactions.size());
        assertArrayEquals(new int[] { 2, 1 }, interactions.history(0).items());
        assertArrayEquals(new float[] { 1.5f, 1 }, interactions.history(0).weights(), 0);
        assertEquals(0, interactions.history(1).size());
        assertArrayEquals(new double[] { 2.5, 0, 1 }, interactions.userDegrees(), 0);
        assertArrayEquals(new double[] { 0, 1, 2.5 }, interactions.itemDegrees(), 0);
    }

    public void testOrderIsKnownIfTimesOfOneUserDiffer() {
        assertFalse(InteractionMatrices.unordered(5, new int[] { 3, 1, 2 }, new int[] { 4 }).ordered());
        assertArrayEquals(
            "in the order of the calls",
            new int[] { 2, 1, 3 },
            InteractionMatrices.unordered(5, new int[] { 3, 1, 2 }).history(0).items()
        );
        assertFalse(new InteractionMatrix.Builder(2).add(0, 0, 1, 1).add(1, 0, 1, 2).build().ordered());
        assertTrue(new InteractionMatrix.Builder(2).add(0, 0, 1, 1).add(0, 1, 1, 2).build().ordered());
        InteractionMatrix empty = new InteractionMatrix.Builder(0).build();
        assertEquals(0, empty.users() + empty.size() + empty.items());
    }

    public void testColumnsHoldTheSameInteractions() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(40, 10, random());
        ItemColumns columns = new ItemColumns(interactions);
        int seen = 0;
        for (int item = 0; item < interactions.items(); item++) {
            int before = -1;
            for (int entry = columns.start(item); entry < columns.end(item); entry++) {
                int position = columns.position(entry);
                assertEquals(item, interactions.item(position));
                int user = columns.user(entry);
                assertTrue(position > before && interactions.start(user) <= position && position < interactions.end(user));
                before = position;
                seen++;
            }
        }
        assertEquals(interactions.size(), seen);
    }

    public void testTwelveBytesAnInteractionAtMost() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(100);
        for (int i = 0; i < 20_000; i++) {
            builder.add(i / 20, i % 100, 1, i);
        }
        InteractionMatrix interactions = builder.build();
        assertEquals(20_000, interactions.size());
        assertTrue(interactions.ramBytesUsed() + " bytes", interactions.ramBytesUsed() <= 12 * interactions.size());
    }

    public void testInvalidInteractionsAreRefused() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(2);
        assertRefused("[item] must be at least 0 and below [2], got [2]", () -> builder.add(0, 2, 1, 0));
        assertRefused("[item] must be at least 0 and below [2], got [-1]", () -> builder.add(0, -1, 1, 0));
        assertRefused("[user] must be at least 0 and below [2147483647], got [-1]", () -> builder.add(-1, 0, 1, 0));
        for (float weight : new float[] { 0, -1, Float.NaN, Float.POSITIVE_INFINITY }) {
            assertRefused("[weight] must be finite and above 0, got [" + weight + "]", () -> builder.add(0, 0, weight, 0));
        }
        assertRefused("[action] must be from 0 to [0], got [1]", () -> builder.add(0, 0, 1, 0, 1));
        assertRefused(
            "[items] must be at least 0, and there must be at most [127] actions, got [1] items and [128] actions",
            () -> new InteractionMatrix.Builder(1, Collections.nCopies(128, "a"))
        );
        assertEquals(0, builder.build().size());
    }

    /** Of several interactions with one item, the newest one's action counts. */
    public void testActions() {
        InteractionMatrix matrix = new InteractionMatrix.Builder(3, List.of("click", "purchase")).add(0, 0, 1, 30, 2).add(0, 0, 1, 10, 1)
            .add(0, 1, 1, 20).add(0, 2, 1, 40, 1).build();
        assertArrayEquals(new int[] { 0, 2, 1 }, IntStream.range(0, 3).map(matrix::action).toArray());
        assertArrayEquals(new int[] { 1, 2, 0 }, matrix.history(0).actions());
        InteractionMatrix training = HeldOut.newest(matrix).training();
        assertEquals(List.of("click", "purchase"), training.actionNames());
        assertArrayEquals(new int[] { 0, 2 }, IntStream.range(0, 2).map(training::action).toArray());
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, expectThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    public void testGaps() {
        InteractionMatrix matrix = new InteractionMatrix.Builder(6).add(0, 0, 1, 100).add(0, 1, 1, 100).add(0, 2, 1, 101).add(0, 3, 1, 103)
            .add(0, 4, 1, 106).add(0, 5, 1, 110).add(1, 0, 1, 500).build();
        int[] gaps = IntStream.range(0, matrix.size()).map(matrix::gap).toArray();
        assertArrayEquals(new int[] { 0, 0, 1, 2, 2, 3, 0 }, gaps);
        InteractionMatrix training = HeldOut.newest(matrix).training();
        assertArrayEquals("held-out items change nothing before", new int[] { 0, 0, 1, 2, 2, 0 },
            IntStream.range(0, training.size()).map(training::gap).toArray());
    }
}
