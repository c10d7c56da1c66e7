package org.opensearch.affinity.tracker;

import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Map;

public class SignalTests extends OpenSearchTestCase {
    public void testSaturation() {
        Signal sales = Signal.parse("sales", Map.of("field", "sold", "pivot", 100));
        assertEquals(new Signal("sales", "sold", Signal.Shape.SATURATION, 100, 1), sales);
        assertEquals(0.5f, sales.of(100, 0), 0f);
        assertEquals(0.75f, sales.of(300, 0), 0f);
        assertEquals(0f, sales.of(-5, 0), 0f);
        assertEquals(0f, sales.of(Double.NaN, 0), 0f);
        assertTrue(sales.of(Double.MAX_VALUE, 0) <= 1);
    }

    public void testDecay() {
        Signal fresh = Signal.parse("fresh", Map.of("field", "published", "half_life", "10s", "weight", 0.5));
        assertEquals(new Signal("fresh", "published", Signal.Shape.DECAY, 10_000, 0.5f), fresh);
        assertEquals(1f, fresh.of(50_000, 50_000), 0f);
        assertEquals(0.5f, fresh.of(40_000, 50_000), 0f);
        assertEquals(0.25f, fresh.of(30_000, 50_000), 0f);
        assertEquals("still to come", 1f, fresh.of(90_000, 50_000), 0f);
    }

    public void testErrorsSayWhatIsRight() {
        assertRefused(List.of(), "[signals.s] must be an object");
        assertRefused(Map.of("pivot", 1), "[signals.s.field] must name a numeric or date field, got [null]");
        assertRefused(Map.of("field", "f"), "[signals.s] needs one of [pivot], for a count, and [half_life], for a date");
        assertRefused(Map.of("field", "f", "pivot", 1, "half_life", "1d"), "[signals.s] needs one of [pivot]");
        assertRefused(Map.of("field", "f", "pivot", 0), "[signals.s.pivot] must be a number above 0, got [0]");
        assertRefused(Map.of("field", "f", "half_life", "soon"), "[signals.s.half_life] must be a time above 0 such as [30d] or [12h], got [soon]");
        assertRefused(Map.of("field", "f", "pivot", 1, "weight", 21), "[signals.s.weight] must be a number from 0 to 20, got [21]");
        assertRefused(Map.of("field", "f", "pivot", 1, "scale", 1), "[signals.s] knows [field], [pivot], [half_life] and [weight], not [scale]");
    }

    public void testNamesThatAreTaken() {
        Map<String, Object> sales = Map.of("field", "sold", "pivot", 100);
        for (String name : List.of(Signal.SEEN, Signal.SEEN_LAST, Signal.BEHAVIOUR, Signal.MEANING, "match_title")) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> Signal.parse(name, sales));
            assertEquals("[signals." + name + "] is a signal that every tracker has: give yours another name, or weigh it in [ranking]", e.getMessage());
        }
        // A training keeps what it learned of these beside the weights of signals, all by name.
        for (String name : List.of("relevance", "affinity", "explore")) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> Signal.parse(name, sales));
            assertEquals("[signals." + name + "] has the name of what ranking weighs beside signals: give it another one", e.getMessage());
        }
        assertEquals("a popularity of one's own", "sold", Signal.parse(Signal.POPULARITY, sales).field());
    }

    private static void assertRefused(Object definition, String message) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> Signal.parse("s", definition));
        assertTrue(e.getMessage(), e.getMessage().startsWith(message));
    }
}
