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

public class InteractionsTests extends OpenSearchTestCase {
    private static final List<LogScan.Act> ACTS = List.of(
        new LogScan.Act("bob", "tent", 1, 20, null),
        new LogScan.Act("ann", "lamp", 2, 10, "q1"),
        new LogScan.Act("ann", "bulb", 1, 30, "q1"),
        new LogScan.Act("ann", "pen", -1, 20, "q1"),
        new LogScan.Act("bob", "bulb", 1, 10, null)
    );

    private static final CircuitBreaker NOBODY = new NoopCircuitBreaker("nobody");

    private static Interactions acts(List<LogScan.Act> some) {
        Interactions acts = new Interactions(10, NOBODY);
        some.forEach(acts::add);
        acts.sort();
        return acts;
    }

    public void testTheOrderOfReadingDoesNotMatter() {
        List<LogScan.Act> shuffled = new ArrayList<>(ACTS);
        Collections.shuffle(shuffled, random());
        Interactions acts = acts(shuffled);
        assertEquals(List.of("bulb", "lamp", "pen", "tent"), acts.items());
        InteractionMatrix log = acts.log((user, time) -> true);
        assertEquals(2, log.users());
        assertEquals("what ann liked, oldest first", List.of(1, 0), List.of(log.item(0), log.item(1)));
        assertEquals(2f, log.weight(0), 0f);
        assertEquals("what bob liked", List.of(0, 3), List.of(log.item(2), log.item(3)));
        assertEquals(4, log.size());
        assertEquals(Map.of("q1", Map.of("lamp", 1.0, "bulb", 1.0)), acts.chosen());
    }

    public void testWhatIsLeftOut() {
        Interactions acts = acts(ACTS);
        assertFalse(acts.areCut((user, time) -> true));
        assertFalse("a dislike is in no log", acts.areCut((user, time) -> user.equals("bob") || time != 20));
        assertTrue(acts.areCut((user, time) -> time < 30));
        assertEquals(3, acts.log((user, time) -> time < 30).size());
        List<Interactions.Act> before = acts.before("ann", 30, 10);
        assertEquals(List.of(new Interactions.Act("lamp", 2, 10), new Interactions.Act("pen", -1, 20)), before);
        assertEquals("the newest", List.of(new Interactions.Act("pen", -1, 20)), acts.before("ann", 30, 1));
        assertEquals(List.of(), acts.before("eve", 30, 1));
    }

    public void testMemoryIsAskedForAndGivenBack() {
        Settings little = Settings.builder().put("indices.breaker.request.limit", "3500000b").put("indices.breaker.total.use_real_memory", false).build();
        ClusterSettings known = new ClusterSettings(little, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS);
        CircuitBreaker breaker = new HierarchyCircuitBreakerService(little, List.of(), known).getBreaker(CircuitBreaker.REQUEST);
        Interactions acts = new Interactions(100_000, breaker);
        CircuitBreakingException e = expectThrows(CircuitBreakingException.class, () -> {
            for (int i = 0; i < 100_000; i++) {
                acts.add(ACTS.get(i % ACTS.size()));
            }
        });
        assertTrue(e.getMessage(), e.getMessage().contains("training a model"));
        assertEquals("three times 10,000 have room, at 100 bytes each", 30_000, acts.size());
        assertEquals(3_000_000, breaker.getUsed());
        acts.close();
        assertEquals(0, breaker.getUsed());
    }

    public void testTooMany() {
        Interactions acts = new Interactions(1, NOBODY);
        acts.add(ACTS.get(0));
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> acts.add(ACTS.get(1)));
        assertTrue(e.getMessage(), e.getMessage().contains("more than [1] events"));
    }
}
