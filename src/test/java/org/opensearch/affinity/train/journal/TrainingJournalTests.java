package org.opensearch.affinity.train.journal;

import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.network.Checkpoint;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

public class TrainingJournalTests extends OpenSearchSingleNodeTestCase {
    private static final TrainingJournal.Log LOG = new TrainingJournal.Log("[vae] {}", new LogExtent(1_700, Map.of("log[0]", 9L)), "9 events, 1f");
    private static final String INDEX = ".affinity-training-t.1";

    private TrainingJournal journal(TimeValue interval, TrainingJournal.Log log) {
        return new TrainingJournal(client(), "t", interval, log, TrainingJournal.left(client(), "t"));
    }

    private boolean isStored() {
        return client().admin().indices().prepareExists(INDEX).get().isExists();
    }

    /** A state of several chunks. */
    private static Checkpoint state(int epochs) {
        SplittableRandom random = new SplittableRandom(epochs);
        List<List<NamedArray>> arrays = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            arrays.add(List.of(NamedArray.random("items", 1, random, 500_000, 2), NamedArray.random("bias", 1, random, 7)));
        }
        return new Checkpoint(epochs, 10L * epochs, arrays.get(0), arrays.get(1), arrays.get(2), arrays.get(3), epochs - 1, 0.25);
    }

    private static void assertSame(Checkpoint expected, Checkpoint state) {
        assertEquals(expected.epochs(), state.epochs());
        assertEquals(expected.steps(), state.steps());
        assertEquals(expected.bestEpochs(), state.bestEpochs());
        assertEquals(expected.bestFigure(), state.bestFigure(), 0);
        List<List<NamedArray>> wanted = List.of(expected.weights(), expected.means(), expected.squares(), expected.best());
        List<List<NamedArray>> found = List.of(state.weights(), state.means(), state.squares(), state.best());
        for (int list = 0; list < wanted.size(); list++) {
            for (int i = 0; i < wanted.get(list).size(); i++) {
                assertTrue(wanted.get(list).get(i).isLike(found.get(list).get(i)));
                assertArrayEquals(wanted.get(list).get(i).values(), found.get(list).get(i).values(), 0);
            }
        }
    }

    /** Runs a training of which the node dies after an epoch. */
    private static void die(TrainingJournal journal, String training, Checkpoint... states) {
        expectThrows(IllegalStateException.class, () -> journal.train(training, state(0), (begin, onEpoch) -> {
            List.of(states).forEach(onEpoch);
            throw new IllegalStateException("killed");
        }));
    }

    private static Checkpoint begin(TrainingJournal journal, String training) {
        Checkpoint[] begin = new Checkpoint[1];
        journal.train(training, state(0), (state, onEpoch) -> begin[0] = state);
        return begin[0];
    }

    public void testNothingIsKeptOfAShortTraining() {
        TrainingJournal journal = journal(TimeValue.timeValueHours(1), LOG);
        assertEquals(0.5, journal.figure("a trial", () -> 0.5), 0);
        Checkpoint end = state(2);
        assertSame(end, journal.train("vae", state(0), (begin, onEpoch) -> {
            onEpoch.accept(end);
            return end;
        }));
        assertFalse(isStored());
        assertEquals(Map.of(), journal.resumed());
        journal.delete();
    }

    public void testStatesAreContinued() {
        TrainingJournal journal = journal(TimeValue.ZERO, LOG);
        die(journal, "vae", state(1), state(2), state(3));
        assertTrue(isStored());
        TrainingJournal again = journal(TimeValue.ZERO, LOG);
        assertEquals("another training", 0, begin(again, "attention").epochs());
        assertSame(state(3), begin(again, "vae"));
        assertEquals(Map.of("epochs", 3), again.resumed());
        again.delete();
        assertFalse(isStored());
        assertNull(TrainingJournal.left(client(), "t"));
        assertEquals(0, begin(journal(TimeValue.ZERO, LOG), "vae").epochs());
    }

    /** The figure of each trial is kept, and the state of the last one. */
    public void testTrialsAreContinued() {
        TrainingJournal journal = journal(TimeValue.ZERO, LOG);
        assertEquals(0.5, journal.figure("a", () -> 0.5), 0);
        assertEquals(0.75, journal.figure("b", () -> 0.75), 0);
        expectThrows(IllegalStateException.class, () -> journal.figure("c", () -> {
            die(journal, "c", state(1));
            throw new IllegalStateException("killed");
        }));
        TrainingJournal again = journal(TimeValue.ZERO, LOG);
        assertEquals(0.5, again.figure("a", TrainingJournalTests::mustNotRun), 0);
        assertEquals(0.75, again.figure("b", TrainingJournalTests::mustNotRun), 0);
        assertEquals(0.125, again.figure("c", () -> {
            assertSame(state(1), begin(again, "c"));
            return 0.125;
        }), 0);
        assertEquals(Map.of("trials", 2, "epochs", 1), again.resumed());
        assertEquals("what ranks searches is no trial", 0, begin(again, "c").epochs());
    }

    /** A part that is learned twice is not one that an earlier training had learned. */
    public void testOwnStatesAreNotCounted() {
        TrainingJournal journal = journal(TimeValue.ZERO, LOG);
        die(journal, "vae", state(1), state(2));
        assertSame(state(2), begin(journal, "vae"));
        assertEquals(0.5, journal.figure("a", () -> 0.5), 0);
        assertEquals(0.5, journal.figure("a", TrainingJournalTests::mustNotRun), 0);
        assertEquals(Map.of(), journal.resumed());
    }

    /** As after a trial whose loss is not finite. */
    public void testFailedTrialChangesNoOtherTraining() {
        TrainingJournal journal = journal(TimeValue.ZERO, LOG);
        expectThrows(IllegalArgumentException.class, () -> journal.figure("a", () -> {
            throw new IllegalArgumentException("diverged");
        }));
        die(journal, "vae", state(1));
        die(journal, "attention", state(2));
        TrainingJournal again = journal(TimeValue.ZERO, LOG);
        assertSame(state(1), begin(again, "vae"));
        assertSame(state(2), begin(again, "attention"));
    }

    /** A network of another shape, as of another version of the plugin. */
    public void testStateOfAnotherNetworkIsNotUsed() {
        die(journal(TimeValue.ZERO, LOG), "vae", state(1));
        Checkpoint like = state(0);
        List<NamedArray> others = List.of(like.weights().getFirst());
        Checkpoint first = new Checkpoint(0, 0, others, others, others, others, 0, 0);
        TrainingJournal again = journal(TimeValue.ZERO, LOG);
        assertSame(first, again.train("vae", first, (begin, onEpoch) -> begin));
        assertEquals(Map.of(), again.resumed());
    }

    public void testTornStateIsNotUsed() throws Exception {
        die(journal(TimeValue.ZERO, LOG), "vae", state(1));
        new JournalIndex(client(), "t").write("chunk0_0:chunk0_0 vae", new byte[1 << 22]);
        assertEquals(0, begin(journal(TimeValue.ZERO, LOG), "vae").epochs());
    }

    /** The training goes on, and does not create the index again. */
    public void testIndexIsDeletedMeanwhile() {
        TrainingJournal journal = journal(TimeValue.ZERO, LOG);
        die(journal, "vae", state(1));
        TrainingJournal.delete(client(), "t");
        Checkpoint end = state(2);
        assertSame(end, journal.train("vae", state(0), (begin, onEpoch) -> {
            onEpoch.accept(state(1));
            return end;
        }));
        assertFalse(isStored());
    }

    public void testOldJournalIsNotContinued() {
        long now = System.currentTimeMillis();
        assertTrue(new TrainingJournal.Log("", new LogExtent(now - 23 * 3_600_000L, Map.of()), "").isRecent());
        assertFalse(new TrainingJournal.Log("", new LogExtent(now - 25 * 3_600_000L, Map.of()), "").isRecent());
    }

    private static double mustNotRun() {
        throw new AssertionError("the figure is known");
    }

    public void testAnotherLogOrRequestBeginsAnew() {
        for (TrainingJournal.Log other : List.of(
            new TrainingJournal.Log("[attention] {}", LOG.extent(), LOG.content()),
            new TrainingJournal.Log(LOG.request(), LOG.extent(), "9 events, 2f")
        )) {
            die(journal(TimeValue.ZERO, LOG), "vae", state(1));
            assertEquals(LOG, TrainingJournal.left(client(), "t"));
            assertEquals(0, begin(journal(TimeValue.ZERO, other), "vae").epochs());
            assertFalse(isStored());
        }
    }
}
