package org.opensearch.affinity.learn;

import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

public class InteractionMatrixTests extends OpenSearchTestCase {
    public void testRowsAreInOrderOfTimeWhateverTheOrderOfCalls() {
        List<int[]> events = new ArrayList<>();
        for (int user = 0; user < 20; user++) {
            for (int time = 0; time < 30; time++) {
                events.add(new int[] { user, (time * 7 + user) % 100, time });
            }
        }
        Collections.shuffle(events, random());
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(100);
        events.forEach(event -> builder.add(event[0], event[1], 1 + event[2], event[2] - 1_000_000_000_000L));
        InteractionMatrix log = builder.build();
        assertEquals(20, log.users());
        assertEquals(600, log.size());
        assertTrue(log.ordered());
        for (int user = 0; user < 20; user++) {
            assertEquals(30, log.end(user) - log.start(user));
            for (int time = 0; time < 30; time++) {
                assertEquals((time * 7 + user) % 100, log.item(log.start(user) + time));
                assertEquals(1 + time, log.weight(log.start(user) + time), 0);
            }
            assertEquals((29 * 7 + user) % 100, log.history(user).items()[0]);
            assertEquals(30, log.history(user).weights()[0], 0);
        }
    }

    public void testWhatIsRepeatedIsOneInteraction() {
        InteractionMatrix log = new InteractionMatrix.Builder(3).add(0, 2, 1, 10).add(0, 1, 1, 20).add(0, 2, 0.5f, 30).add(2, 2, 1, 5).build();
        assertEquals("user 1 did nothing", 3, log.users());
        assertEquals(3, log.size());
        assertArrayEquals(new int[] { 2, 1 }, log.history(0).items());
        assertArrayEquals(new float[] { 1.5f, 1 }, log.history(0).weights(), 0);
        assertEquals(0, log.history(1).size());
        assertArrayEquals(new double[] { 2.5, 0, 1 }, log.userDegrees(), 0);
        assertArrayEquals(new double[] { 0, 1, 2.5 }, log.itemDegrees(), 0);
    }

    public void testOrderIsKnownByTimesOfOneUser() {
        assertFalse(Logs.unordered(5, new int[] { 3, 1, 2 }, new int[] { 4 }).ordered());
        assertArrayEquals("as they came", new int[] { 2, 1, 3 }, Logs.unordered(5, new int[] { 3, 1, 2 }).history(0).items());
        assertFalse(new InteractionMatrix.Builder(2).add(0, 0, 1, 1).add(1, 0, 1, 2).build().ordered());
        assertTrue(new InteractionMatrix.Builder(2).add(0, 0, 1, 1).add(0, 1, 1, 2).build().ordered());
        InteractionMatrix nothing = new InteractionMatrix.Builder(0).build();
        assertEquals(0, nothing.users() + nothing.size() + nothing.items());
    }

    public void testColumnsAreTheSameInteractions() {
        InteractionMatrix log = Logs.twoTastes(40, 10, random());
        ItemColumns columns = new ItemColumns(log);
        int seen = 0;
        for (int item = 0; item < log.items(); item++) {
            int before = -1;
            for (int row = columns.start(item); row < columns.end(item); row++) {
                int place = columns.place(row);
                assertEquals(item, log.item(place));
                assertTrue(place > before && log.start(columns.user(row)) <= place && place < log.end(columns.user(row)));
                before = place;
                seen++;
            }
        }
        assertEquals(log.size(), seen);
    }

    public void testTwelveBytesAnInteractionAtMost() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(100);
        for (int i = 0; i < 20_000; i++) {
            builder.add(i / 20, i % 100, 1, i);
        }
        InteractionMatrix log = builder.build();
        assertEquals(20_000, log.size());
        assertTrue(log.ramBytesUsed() + " bytes", log.ramBytesUsed() <= 12 * log.size());
    }

    public void testWhatIsWrongIsSaid() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(2);
        assertRefused("no item 2 in a catalogue of 2", () -> builder.add(0, 2, 1, 0));
        assertRefused("no item -1 in a catalogue of 2", () -> builder.add(0, -1, 1, 0));
        assertRefused("no user -1", () -> builder.add(-1, 0, 1, 0));
        for (float weight : new float[] { 0, -1, Float.NaN, Float.POSITIVE_INFINITY }) {
            assertRefused("a weight must be finite and above 0, got " + weight, () -> builder.add(0, 0, weight, 0));
        }
        assertEquals(0, builder.build().size());
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, expectThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
