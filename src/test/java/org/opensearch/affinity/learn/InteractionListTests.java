package org.opensearch.affinity.learn;

import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.stream.IntStream;

public class InteractionListTests extends OpenSearchTestCase {
    private static InteractionList list() {
        InteractionList list = new InteractionList();
        list.add(2, 7, 1, 5, 0, Float.NaN);
        list.add(0, 9, 2, 5, 0, Float.NaN);
        list.add(0, 8, 3, 5, 0, Float.NaN);
        list.add(0, 7, 4, 1, 0, Float.NaN);
        return list;
    }

    private static List<String> described(InteractionList list) {
        return IntStream.range(0, list.size())
            .mapToObj(i -> list.user(i) + " " + list.item(i) + " " + list.weight(i) + " " + list.time(i))
            .toList();
    }

    public void testSort() {
        InteractionList list = list();
        list.sort(false);
        assertEquals("stable", List.of("0 7 4.0 1", "0 9 2.0 5", "0 8 3.0 5", "2 7 1.0 5"), described(list));
        assertArrayEquals("user 1 has none", new int[] { 0, 3, 3, 4, 4 }, list.starts(4));
        list.sort(true);
        assertEquals(List.of("0 7 4.0 1", "0 8 3.0 5", "0 9 2.0 5", "2 7 1.0 5"), described(list));
    }

    public void testRenumber() {
        InteractionList list = list();
        list.renumber(new int[] { 1, 2, 0 }, new int[] { 0, 0, 0, 0, 0, 0, 0, 3, 2, 1 });
        assertEquals(List.of("0 3 1.0 5", "1 1 2.0 5", "1 2 3.0 5", "1 3 4.0 1"), described(list));
    }

    /** Ratings stay with their interactions; the first one may be that of any. */
    public void testRatings() {
        InteractionList list = list();
        assertTrue(Float.isNaN(list.rating(0)));
        for (int i = 0; i < 40; i++) {
            list.add(1, 5, 1, i, 0, i % 2 == 0 ? i : Float.NaN);
        }
        list.add(0, 8, 3, 5, 0, 2);
        list.add(0, 8, 3, 5, 0, -2);
        assertTrue("before the first", Float.isNaN(list.rating(3)));
        list.removeIf(i -> list.user(i) == 1 && list.time(i) < 30);
        list.sort(true);
        List<Float> ratings = IntStream.range(0, list.size()).mapToObj(list::rating).toList();
        float none = Float.NaN;
        List<Float> expected = List.of(none, -2f, 2f, none, none, 30f, none, 32f, none, 34f, none, 36f, none, 38f, none, none);
        assertEquals("equal in all else, by rating", expected, ratings);
    }

    public void testManyAreSortedAsByAnotherSort() {
        InteractionList list = new InteractionList();
        for (int i = 0; i < 5_000; i++) {
            list.add(random().nextInt(50), random().nextInt(5), 1, random().nextInt(20), 0, Float.NaN);
        }
        List<String> expected = IntStream.range(0, list.size())
            .boxed()
            .sorted((i, j) -> list.user(i) != list.user(j) ? list.user(i) - list.user(j) : Long.compare(list.time(i), list.time(j)))
            .map(i -> list.user(i) + " " + list.item(i) + " 1.0 " + list.time(i))
            .toList();
        list.sort(false);
        assertEquals(expected, described(list));
    }
}
