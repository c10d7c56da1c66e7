package org.opensearch.affinity.train;

import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

public class ChosenItemsTests extends OpenSearchTestCase {
    public void testKeptQueriesDoNotDependOnTheOrderOfAdding() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            numbers.add(i % 200);
        }
        List<String> kept = null;
        for (int repeat = 0; repeat < 3; repeat++) {
            Collections.shuffle(numbers, random());
            ChosenItems chosen = new ChosenItems(50);
            numbers.forEach(i -> chosen.add(new LogScan.LoggedQuery("q" + i, "u" + i % 2), "p" + i));
            assertEquals(50, chosen.queries().size());
            assertEquals(150, chosen.omitted());
            assertTrue(kept == null || kept.equals(chosen.queries()));
            kept = chosen.queries();
            for (String query : kept) {
                int i = Integer.parseInt(query.substring(1));
                assertEquals(Map.of("u" + i % 2, Set.of("p" + i)), chosen.after(query));
            }
        }
        assertTrue("a sample of all", kept.stream().anyMatch(query -> Integer.parseInt(query.substring(1)) >= 100));
    }

    public void testItemsOfEachUser() {
        ChosenItems chosen = new ChosenItems(50);
        chosen.add(new LogScan.LoggedQuery("q", "ann"), "lamp");
        chosen.add(new LogScan.LoggedQuery("q", "ann"), "tent");
        chosen.add(new LogScan.LoggedQuery("q", "bob"), "lamp");
        assertEquals(Map.of("ann", Set.of("lamp", "tent"), "bob", Set.of("lamp")), chosen.after("q"));
        assertEquals(Map.of(), chosen.after("other"));
        assertEquals(0, chosen.omitted());
    }

    public void testVeryManyQueriesAreEstimated() {
        ChosenItems chosen = new ChosenItems(1_000, 2_000);
        for (int i = 0; i < 40_000; i++) {
            chosen.add(new LogScan.LoggedQuery("q" + i % 20_000, "ann"), "lamp");
        }
        assertEquals(19_000, chosen.omitted(), 2_000);
    }
}
