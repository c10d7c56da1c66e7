package org.opensearch.affinity.item;

import org.opensearch.test.OpenSearchTestCase;

import java.util.HashMap;
import java.util.Map;

public class ItemValuesTests extends OpenSearchTestCase {
    public void testAgreesWithAMap() {
        ItemValues values = new ItemValues(randomIntBetween(0, 100));
        Map<Long, Float> expected = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            long item = random().nextInt(3_000) * 0x9E3779B97F4A7C15L;
            float value = random().nextFloat();
            if (random().nextBoolean()) {
                values.put(item, value);
                expected.put(item, value);
            } else {
                values.add(item, value);
                expected.merge(item, value, Float::sum);
            }
        }
        assertEquals(expected.size(), values.size());
        expected.forEach((item, value) -> {
            assertTrue(values.contains(item));
            assertEquals(value, values.get(item), 0);
        });
        assertFalse(values.contains(1));
        assertEquals(0, values.get(1), 0);
    }

    public void testMeanAndReplaceAll() {
        ItemValues values = new ItemValues(0);
        assertEquals("without values", 0, values.mean(), 0);
        assertFalse(values.contains(0));
        values.put(0, 1);
        values.put(-5, 2);
        values.add(7, 6);
        assertEquals(3, values.mean(), 0);
        values.replaceAll(value -> value / 2);
        assertEquals(0.5f, values.get(0), 0);
        assertEquals(1, values.get(-5), 0);
        assertEquals(3, values.get(7), 0);
    }

    public void testLargest() {
        ItemValues values = new ItemValues(0);
        assertEquals("without values", 0, values.largest(5).length);
        values.put(3, 0.5f);
        values.put(-9, 2);
        values.put(8, 0);
        values.put(4, 0.5f);
        values.put(7, -1);
        values.put(5, 1);
        assertArrayEquals(new long[] { -9, 5, 3, 4 }, values.largest(100));
        assertArrayEquals(new long[] { -9, 5, 3 }, values.largest(3));
    }
}
