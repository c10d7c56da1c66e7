package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.indices.breaker.HierarchyCircuitBreakerService;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

public class InteractionsTests extends OpenSearchTestCase {
    private static final LogScan.LoggedQuery Q1 = new LogScan.LoggedQuery("q1", "ann's id");
    private static final List<LogScan.LoggedEvent> EVENTS = List.of(
        new LogScan.LoggedEvent("bob", "tent", 1, 20, null),
        new LogScan.LoggedEvent("ann", "lamp", 2, 10, Q1),
        new LogScan.LoggedEvent("ann", "bulb", 1, 30, Q1),
        new LogScan.LoggedEvent("ann", "pen", -1, 20, Q1),
        new LogScan.LoggedEvent("bob", "bulb", 1, 10, null)
    );

    private static final CircuitBreaker NO_LIMIT = new NoopCircuitBreaker("no limit");

    private static Interactions sorted(List<LogScan.LoggedEvent> events) {
        Interactions interactions = new Interactions(10, NO_LIMIT);
        events.forEach(interactions::add);
        interactions.sort();
        return interactions;
    }

    public void testResultDoesNotDependOnTheOrderOfReading() {
        List<LogScan.LoggedEvent> shuffled = new ArrayList<>(EVENTS);
        Collections.shuffle(shuffled, random());
        Interactions interactions = sorted(shuffled);
        assertEquals(List.of("bulb", "lamp", "pen", "tent"), interactions.items());
        InteractionMatrix matrix = interactions.matrix((user, time) -> true);
        assertEquals(2, matrix.users());
        assertEquals("ann's positive interactions, oldest first", List.of(1, 0), List.of(matrix.item(0), matrix.item(1)));
        assertEquals(2f, matrix.weight(0), 0f);
        assertEquals("bob's positive interactions", List.of(0, 3), List.of(matrix.item(2), matrix.item(3)));
        assertEquals(4, matrix.size());
        assertEquals(List.of("q1"), interactions.chosen().queries());
        assertEquals(Map.of("ann's id", Set.of("lamp", "bulb")), interactions.chosen().after("q1"));
    }

    public void testFilters() {
        Interactions interactions = sorted(EVENTS);
        assertTrue(interactions.areAllIncluded((user, time) -> true));
        assertTrue("dislikes are not counted", interactions.areAllIncluded((user, time) -> user.equals("bob") || time != 20));
        assertFalse(interactions.areAllIncluded((user, time) -> time < 30));
        assertEquals(3, interactions.matrix((user, time) -> time < 30).size());
        List<Interactions.Interaction> before = interactions.before("ann", 30, 10);
        assertEquals(List.of(new Interactions.Interaction("lamp", 2, 10), new Interactions.Interaction("pen", -1, 20)), before);
        assertEquals("the newest", List.of(new Interactions.Interaction("pen", -1, 20)), interactions.before("ann", 30, 1));
        assertEquals(List.of(), interactions.before("eve", 30, 1));
    }

    public void testMemoryIsReservedAndReleased() {
        Settings smallBreaker = Settings.builder().put("indices.breaker.request.limit", "3500000b").put(
            "indices.breaker.total.use_real_memory",
            false
        ).build();
        ClusterSettings clusterSettings = new ClusterSettings(smallBreaker, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS);
        CircuitBreaker breaker = new HierarchyCircuitBreakerService(
            smallBreaker,
            List.of(),
            clusterSettings
        ).getBreaker(CircuitBreaker.REQUEST);
        Interactions interactions = new Interactions(100_000, breaker);
        CircuitBreakingException e = expectThrows(CircuitBreakingException.class, () -> {
            for (int i = 0; i < 100_000; i++) {
                interactions.add(EVENTS.get(i % EVENTS.size()));
            }
        });
        assertTrue(e.getMessage(), e.getMessage().contains("training a model"));
        assertEquals("the limit allows three blocks of 10,000 at 100 bytes", 30_000, interactions.size());
        assertEquals(3_000_000, breaker.getUsed());
        interactions.close();
        assertEquals(0, breaker.getUsed());
    }

    public void testTooManyEvents() {
        Interactions interactions = new Interactions(1, NO_LIMIT);
        interactions.add(EVENTS.get(0));
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> interactions.add(EVENTS.get(1)));
        assertTrue(e.getMessage(), e.getMessage().contains("more than [1] events"));
    }
}
