package org.opensearch.affinity.tracker;

import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public class SignalTests extends OpenSearchTestCase {
    private static Signal parse(String name, Object definition) {
        FieldPath path = FieldPath.body("").field("signals");
        BuilderParser<List<Signal>> signals = new BuilderParser<>(ArrayList::new);
        signals.declare(name, Signal.reader(name), List::add);
        return signals.parse(Map.of(name, definition), path).getFirst();
    }

    public void testSaturation() {
        Signal sales = parse("sales", Map.of("field", "sold", "pivot", 100));
        assertEquals(new Signal("sales", "sold", Signal.Shape.SATURATION, 100, 1), sales);
        assertEquals(0.5f, sales.of(100, 0), 0f);
        assertEquals(0.75f, sales.of(300, 0), 0f);
        assertEquals(0f, sales.of(-5, 0), 0f);
        assertEquals(0f, sales.of(Double.NaN, 0), 0f);
        assertTrue(sales.of(Double.MAX_VALUE, 0) <= 1);
    }

    public void testDecay() {
        Signal fresh = parse("fresh", Map.of("field", "published", "half_life", "10s", "weight", 0.5));
        assertEquals(new Signal("fresh", "published", Signal.Shape.DECAY, 10_000, 0.5f), fresh);
        assertEquals(1f, fresh.of(50_000, 50_000), 0f);
        assertEquals(0.5f, fresh.of(40_000, 50_000), 0f);
        assertEquals(0.25f, fresh.of(30_000, 50_000), 0f);
        assertEquals("still to come", 1f, fresh.of(90_000, 50_000), 0f);
    }

    /** A definition of the name of every built-in signal but popularity is refused, and each has a weight of 0. */
    public void testBuiltInSignals() {
        List<Signal> builtIn = Signal.unweighted(List.of("title"));
        assertEquals(
            List.of("neighbours", "seen", "seen_last", "popularity_all_time", "meaning", "graph", "factors", "ratings", "attention", "vae", "concepts", "segments", "match_title"),
            builtIn.stream().map(Signal::name).toList()
        );
        for (Signal signal : builtIn) {
            assertEquals(0, signal.weight(), 0);
            expectThrows(IllegalArgumentException.class, () -> parse(signal.name(), Map.of("field", "f", "pivot", 1)));
        }
        assertEquals(List.of("seen", "seen_last"), Signal.namesThatMayCountAgainst());
        assertFalse(Signal.mayCountAgainst("popularity"));
    }

    public void testErrorsSayWhatIsRight() {
        assertRefused(List.of(), "[signals.s] must be an object such as {\"field\": \"sales\", \"pivot\": 100}, got a list");
        assertRefused(Map.of("pivot", 1), "[signals.s.field] is required: name a numeric field or a date field");
        assertRefused(Map.of("field", "f"), "[signals.s] needs one of [pivot], for a count, and [half_life], for a date");
        assertRefused(Map.of("field", "f", "pivot", 1, "half_life", "1d"), "[signals.s] needs one of [pivot]");
        assertRefused(Map.of("field", "f", "pivot", 0), "[signals.s.pivot] must be a number above 0, got [0]");
        assertRefused(Map.of("field", "f", "half_life", "soon"), "[signals.s.half_life] must be a time above 0 such as [30d] or [12h], got [soon]");
        assertRefused(Map.of("field", "f", "pivot", 1, "weight", 21), "[signals.s.weight] must be a number from 0 to 20, got [21]");
        assertRefused(Map.of("field", "f", "pivot", 1, "scale", 1), "[signals.s] unknown field [scale]; known: [field, half_life, pivot, weight]");
    }

    public void testNamesThatAreTaken() {
        Map<String, Object> sales = Map.of("field", "sold", "pivot", 100);
        for (String name : List.of(Signal.SEEN, Signal.SEEN_LAST, Signal.NEIGHBOURS, Signal.MEANING, "match_title")) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> parse(name, sales));
            assertEquals("[signals." + name + "] is a signal that every tracker has: give yours another name, or weigh it in [ranking]", e.getMessage());
        }
        // A training keeps what it learned of these beside the weights of signals, all by name.
        for (String name : List.of("relevance", "affinity", "explore")) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> parse(name, sales));
            assertEquals("[signals." + name + "] has the name of what ranking weighs beside signals: give it another one", e.getMessage());
        }
        assertEquals(Signal.defaultPopularity(), parse(Signal.POPULARITY, Map.of()));
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse(Signal.POPULARITY, Map.of("pivot", 3)));
        assertEquals("[signals.popularity] takes only [weight] unless it has a [field]", e.getMessage());
        assertEquals("a popularity of one's own", "sold", parse(Signal.POPULARITY, sales).field());
    }

    private static void assertRefused(Object definition, String message) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse("s", definition));
        assertTrue(e.getMessage(), e.getMessage().startsWith(message));
    }
}
