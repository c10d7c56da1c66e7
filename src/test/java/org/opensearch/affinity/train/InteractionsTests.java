package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.rating.Ratings;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.train.sample.SampledPart;
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
import java.util.stream.IntStream;

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
        assertEquals(List.of(new Interactions.Interaction("lamp", 2, 10, Float.NaN, ""), new Interactions.Interaction("pen", -1, 20, Float.NaN, "")), before);
        assertEquals("the newest", List.of(new Interactions.Interaction("pen", -1, 20, Float.NaN, "")), interactions.before("ann", 30, 1));
        assertEquals(List.of(), interactions.before("eve", 30, 1));
    }

    /** Actions are numbered by their names. What does not fit in a byte is not known. */
    public void testActions() {
        List<LogScan.LoggedEvent> events = new ArrayList<>();
        for (String action : List.of("purchase", "", "click")) {
            events.add(new LogScan.LoggedEvent("ann", "p" + events.size(), 1, events.size(), null, Float.NaN, action));
        }
        Interactions interactions = sorted(events);
        InteractionMatrix matrix = interactions.matrix((user, time) -> true);
        assertEquals(List.of("click", "purchase"), matrix.actionNames());
        assertArrayEquals(new int[] { 1, 0, 2 }, matrix.history(0).actions());
        assertEquals(List.of("purchase", "", "click"), interactions.before("ann", 9, 9).stream().map(Interactions.Interaction::action).toList());
        assertEquals(List.of(), sorted(events.subList(0, 2)).matrix((user, time) -> true).actionNames());
        events.add(new LogScan.LoggedEvent("ann", "p9", -1, 9, null, Float.NaN, "dislike"));
        assertEquals("nothing is learned from dislikes", matrix.actionNames(), sorted(events).matrix((user, time) -> true).actionNames());
        Interactions many = new Interactions(1_000, NO_LIMIT);
        for (int i = 0; i < 200; i++) {
            many.add(new LogScan.LoggedEvent("ann", "p" + i, 1, i, null, Float.NaN, "a" + i));
        }
        many.sort();
        InteractionMatrix ofMany = many.matrix((user, time) -> true);
        assertEquals(127, ofMany.actionNames().size());
        assertEquals("the first ones", 127, IntStream.range(0, 200).filter(i -> ofMany.action(i) > 0 && i < 127).count());
    }

    private static LogScan.LoggedEvent rated(String user, String item, double weight, long time, float rating) {
        return new LogScan.LoggedEvent(user, item, weight, time, null, rating, "");
    }

    /** Of a user's ratings of an item the newest counts, also that of a dislike; what a filter leaves out does not. */
    public void testRatings() {
        List<LogScan.LoggedEvent> events = new ArrayList<>(EVENTS);
        events.add(rated("ann", "lamp", 1, 12, 1));
        events.add(rated("ann", "lamp", 1, 14, 5));
        events.add(rated("ann", "pen", -1, 16, 0));
        events.add(rated("ann", "pen", -1, 40, 4));
        events.add(rated("bob", "tent", 1, 11, 3));
        events.add(rated("bob", "tent", 1, 11, 2));
        Collections.shuffle(events, random());
        Interactions interactions = new Interactions(20, NO_LIMIT);
        events.forEach(interactions::add);
        interactions.sort();
        assertEquals(6, interactions.rated());
        Ratings early = interactions.ratings((user, time) -> time < 40);
        assertEquals("of every item of the log", 4, early.items());
        assertArrayEquals("lamp and pen", new int[] { 1, 2 }, early.of(0).items());
        assertArrayEquals(new float[] { 5, 0 }, early.of(0).ratings(), 0f);
        assertArrayEquals("the larger of two at one time", new float[] { 3 }, early.of(1).ratings(), 0f);
        assertArrayEquals(new float[] { 5, 4 }, interactions.ratings((user, time) -> true).of(0).ratings(), 0f);
        assertEquals("as of a time", List.of(1f), ratings(interactions, 14));
        assertEquals(List.of(1f, 5f, 0f), ratings(interactions, 40));
        assertTrue(interactions.areAllIncluded((user, time) -> true));
        assertFalse("a rating of a dislike counts", interactions.areAllIncluded((user, time) -> time < 40));
        assertEquals(0, sorted(EVENTS).rated());
    }

    private static List<Float> ratings(Interactions interactions, long before) {
        return interactions.before("ann", before, 10).stream().map(Interactions.Interaction::rating).filter(rating -> rating.isNaN() == false).toList();
    }

    /** A smaller sample keeps the ratings of its users. */
    public void testRatingsOfASample() {
        Interactions interactions = new Interactions(1_000, NO_LIMIT);
        for (int i = 0; i < 10_000; i++) {
            int user = i % 500;
            interactions.add(rated("u" + user, "p" + i, 1, i, user));
        }
        interactions.sort();
        Ratings ratings = interactions.ratings((user, time) -> true);
        assertEquals(interactions.size(), ratings.size());
        assertTrue(interactions.size() > 0 && interactions.size() <= 1_000);
        for (int user = 0; user < ratings.users(); user++) {
            float[] own = ratings.of(user).ratings();
            int item = ratings.of(user).items()[0];
            float expected = Integer.parseInt(interactions.items().get(item).substring(1)) % 500;
            for (float rating : own) {
                assertEquals(expected, rating, 0f);
            }
        }
    }

    private static CircuitBreaker breaker(long limit) {
        Settings smallBreaker = Settings.builder().put("indices.breaker.request.limit", limit + "b").put(
            "indices.breaker.total.use_real_memory",
            false
        ).build();
        ClusterSettings clusterSettings = new ClusterSettings(smallBreaker, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS);
        return new HierarchyCircuitBreakerService(smallBreaker, List.of(), clusterSettings).getBreaker(CircuitBreaker.REQUEST);
    }

    public void testMemoryIsReservedAndReleased() {
        CircuitBreaker breaker = breaker(3_500_000);
        Interactions interactions = new Interactions(25_000, breaker);
        int most = 0;
        for (int i = 0; i < 100_000; i++) {
            interactions.add(new LogScan.LoggedEvent("u" + i % 10_000, "p" + i % 7, 1, i, null));
            most = Math.max(most, interactions.size());
            assertTrue("100 bytes an event", breaker.getUsed() >= 100L * interactions.size());
        }
        assertTrue("rarely shrunk: " + most, most > 25_000 && most <= 28_125);
        interactions.sort();
        assertEquals("three blocks of 10,000", 3_000_000, breaker.getUsed());
        interactions.close();
        assertEquals(0, breaker.getUsed());
        interactions.close();
        assertEquals(0, breaker.getUsed());
    }

    public void testLittleMemoryMakesTheSampleSmaller() {
        CircuitBreaker breaker = breaker(3_500_000);
        Interactions interactions = new Interactions(1_000_000, breaker);
        for (int i = 0; i < 100_000; i++) {
            interactions.add(new LogScan.LoggedEvent("u" + i % 10_000, "p" + i % 7, 1, i, null));
        }
        interactions.sort();
        assertTrue("half of what fits: " + interactions.size(), interactions.size() > 14_900 && interactions.size() <= 15_000);
        assertEquals(2_000_000, breaker.getUsed());
        Map<String, Object> sampled = interactions.sampled().describe();
        assertEquals("circuit_breaker", sampled.get("limited_by"));
        assertEquals(100_000L, sampled.get("events_read"));
        assertEquals(0.15, (double) sampled.get("users_fraction"), 0.02);
        interactions.close();
        assertEquals(0, breaker.getUsed());
    }

    public void testTooLittleMemory() {
        CircuitBreaker breaker = breaker(500_000);
        try (Interactions interactions = new Interactions(100_000, breaker)) {
            CircuitBreakingException e = expectThrows(CircuitBreakingException.class, () -> interactions.add(EVENTS.get(0)));
            assertTrue(e.getMessage(), e.getMessage().contains("training a model"));
        }
        assertEquals(0, breaker.getUsed());
    }

    public void testLogThatFitsIsNotSampled() {
        Interactions all = new Interactions(EVENTS.size(), NO_LIMIT);
        EVENTS.forEach(all::add);
        all.sort();
        assertNull(all.sampled());
        assertEquals(EVENTS.size(), all.size());
        assertTrue(all.areAllOf("ann") && all.areAllOf("nobody"));
        Interactions oneLess = new Interactions(EVENTS.size() - 1, NO_LIMIT);
        EVENTS.forEach(oneLess::add);
        oneLess.sort();
        assertEquals((long) EVENTS.size(), oneLess.sampled().eventsRead());
        assertEquals("ann or bob", 1, oneLess.users());
        String left = oneLess.before("ann", 100, 10).isEmpty() ? "bob" : "ann";
        assertEquals("a whole user", left.equals("ann") ? 3 : 2, oneLess.size());
        assertEquals("without items of others", left.equals("ann") ? List.of("bulb", "lamp", "pen") : List.of("bulb", "tent"), oneLess.items());
        assertEquals("of all items", oneLess.items().size(), oneLess.popularities((user, time) -> true, Decay.NONE).length);
        assertTrue(oneLess.areAllOf(left));
        assertFalse(oneLess.areAllOf(left.equals("ann") ? "bob" : "ann"));
        assertEquals("max_events", oneLess.sampled().describe().get("limited_by"));
        assertEquals("queries are joined whoever asked them", List.of("q1"), oneLess.chosen().queries());
    }

    /** Ordinary users, and robots with more events than are kept of one user, many of which have the same time. */
    private static List<LogScan.LoggedEvent> largeLog() {
        List<LogScan.LoggedEvent> log = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            log.add(new LogScan.LoggedEvent("u" + i % 1_000, "p" + i * 31 % 997, 1, i, null));
        }
        for (int i = 0; i < 9_000; i++) {
            log.add(new LogScan.LoggedEvent("crawler" + i % 6, "p" + i % 101, 1, i % 1_123, null));
        }
        return log;
    }

    public void testSampleDoesNotDependOnTheOrderOfReading() {
        List<LogScan.LoggedEvent> log = largeLog();
        List<Object> first = null;
        for (int repeat = 0; repeat < 6; repeat++) {
            Interactions interactions = new Interactions(3_000, NO_LIMIT);
            log.forEach(interactions::add);
            interactions.sort();
            List<Object> all = new ArrayList<>(List.of(interactions.items(), interactions.sampled(), interactions.users()));
            for (int user = 0; user < 1_000; user++) {
                all.add(interactions.before("u" + user, Long.MAX_VALUE, 10));
            }
            for (int robot = 0; robot < 6; robot++) {
                all.add(interactions.before("crawler" + robot, Long.MAX_VALUE, 10_000));
            }
            assertTrue(first == null || first.equals(all));
            first = all;
            Collections.shuffle(log, random());
        }
    }

    public void testOfSomeoneWithVeryManyEventsTheNewestAreKept() {
        Interactions interactions = new Interactions(3_000, NO_LIMIT);
        largeLog().forEach(interactions::add);
        interactions.sort();
        assertTrue("it fits: " + interactions.size(), interactions.size() <= 3_000 && interactions.size() > 2_900);
        int robots = 0;
        for (int robot = 0; robot < 6; robot++) {
            List<Interactions.Interaction> kept = interactions.before("crawler" + robot, Long.MAX_VALUE, 10_000);
            if (kept.isEmpty() == false) {
                robots++;
                assertTrue("of 1,500 events: " + kept.size(), kept.size() <= 1_000 && kept.size() > 990);
                // The oldest third was left out: each time stands for more than one event.
                assertTrue("the newest: " + kept.getFirst(), kept.getFirst().time() > 300);
                assertEquals(1_122, kept.getLast().time());
                assertFalse("not all events", interactions.areAllOf("crawler" + robot));
            }
        }
        assertTrue("people beside " + robots + " robots", robots > 0 && robots < 3 && interactions.users() > 100);
        for (int user = 0; user < 1_000; user++) {
            int size = interactions.before("u" + user, Long.MAX_VALUE, 10).size();
            assertEquals("all or none", interactions.areAllOf("u" + user) ? 6 : 0, size);
        }
    }

    public void testOneUserWithMoreEventsThanFit() {
        Interactions interactions = new Interactions(500, NO_LIMIT);
        for (int i = 0; i < 2_000; i++) {
            interactions.add(new LogScan.LoggedEvent("ann", "p" + i, 1, 7 * i % 2_000, null));
        }
        interactions.sort();
        assertEquals(500, interactions.size());
        assertEquals(1_500, interactions.before("ann", Long.MAX_VALUE, 500).getFirst().time());
        assertEquals("no user was left out", new SampledPart(1, 2_000, 500, false), interactions.sampled());
    }
}
