package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.Test;
import org.opensearch.affinity.integ.bench.learn.BehaviourLog.NextItems;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.train.LogScan.LoggedEvent;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

public class SampleRunTests {
    private static final InventedLog LOG = new InventedLog(60_000);

    private static List<LoggedEvent> events(BehaviourLog log) {
        List<LoggedEvent> events = new ArrayList<>();
        log.read(events::add);
        return events;
    }

    @Test
    public void inventedLogIsTheSameEachTime() {
        List<LoggedEvent> events = events(LOG);
        assertEquals(LOG.size(), events.size());
        assertEquals(60_000, events.size(), 6_000);
        assertEquals(events, events(new InventedLog(60_000)));
        assertEquals(2_400, events.stream().map(LoggedEvent::user).distinct().count(), 200);
        Map<String, Long> newest = new HashMap<>();
        events.forEach(event -> assertTrue("in order of time", newest.merge(event.user(), event.time(), Math::max) == event.time()));
    }

    @Test
    public void newestEventsAreHeldOut() {
        Map<String, List<String>> histories = new HashMap<>();
        events(LOG).forEach(event -> histories.computeIfAbsent(event.user(), first -> new ArrayList<>()).add(event.item()));
        assertTrue(LOG.next().size() > 1_000);
        for (NextItems next : LOG.next()) {
            assertTrue("the history of a user", histories.containsValue(next.history()));
            assertFalse(next.history().contains(next.wanted().get(0)));
        }
    }

    @Test
    public void aSetIsALog() {
        InteractionMatrix known = new InteractionMatrix.Builder(4).add(0, 2, 1, 10).add(0, 1, 3, 20).add(1, 1, 1, 5).build();
        HeldOut test = new HeldOut(known, new int[] { 1 }, new int[][] { { 0, 3 } });
        SetLog log = new SetLog(new LearnSet("toy", test, test, true));
        assertEquals(List.of(new LoggedEvent("u0", "i2", 1, 0, null), new LoggedEvent("u0", "i1", 3, 1, null),
            new LoggedEvent("u1", "i1", 1, 0, null)), events(log));
        assertEquals(3, log.size());
        assertEquals(List.of(new NextItems(List.of("i1"), List.of("i0", "i3"))), log.next());
    }

    @Test
    public void smallerPartsKnowLess() {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Screen screen = new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), false, false, 100);
        SampleRun run = new SampleRun(screen, List.of(1.0, 0.1), 2);
        run.add(LOG);
        JsonNode json = run.report();
        assertEquals(2, json.size());
        assertEquals(LOG.size(), json.path(0).path("events_used").asLong());
        assertEquals(1, json.path(0).path("users_fraction").asDouble(), 0);
        assertEquals(LOG.size() / 10.0, json.path(1).path("events_used").asDouble(), 60);
        assertEquals(0.1, json.path(1).path("users_fraction").asDouble(), 0.02);
        assertEquals("the same users", json.path(0).path("users"), json.path(1).path("users"));
        double all = json.path(0).path("ndcg@10").asDouble();
        double tenth = json.path(1).path("ndcg@10").asDouble();
        assertTrue(all + " and " + tenth, all > 1.2 * tenth && tenth > 0);
        assertTrue("groups are learned", all > 2 * json.path(0).path("popularity_ndcg@10").asDouble());
        assertThat(shown.toString(StandardCharsets.UTF_8), containsString("│ generated-60000 │ 0.10 │"));
    }

    /** Popularity finds what most users took, and not what the user has. */
    @Test
    public void popularityIsWithoutOwnItems() {
        InteractionMatrix.Builder known = new InteractionMatrix.Builder(20);
        for (int user = 0; user < 9; user++) {
            known.add(user, 0, 1, 0).add(user, user < 4 ? 1 : 2, 1, 0);
        }
        HeldOut test = new HeldOut(known.build(), new int[] { 0, 5 }, new int[][] { { 2 }, { 1, 7 } });
        SampleRun run = new SampleRun(new Screen(new PrintStream(new ByteArrayOutputStream()), false, false, 100), List.of(1.0), 1);
        run.add(new SetLog(new LearnSet("toy", test, test, true)));
        double second = 1 / (1 + Math.log(2) / Math.log(3));
        assertEquals((1 + second) / 2, run.report().path(0).path("popularity_ndcg@10").asDouble(), 1e-9);
    }
}
