package org.opensearch.affinity.train;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.network.TorchDevice;
import org.opensearch.affinity.learn.rating.RatingFactors;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.part.PartSettings;
import org.opensearch.affinity.train.part.RatingMethod;
import org.opensearch.affinity.train.part.RequestedParts;
import org.opensearch.affinity.train.part.VectorPart;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parts have as many dimensions as leave half of the breaker free. */
public class PartTrainingTests extends OpenSearchTestCase {
    private static final InteractionMatrix MATRIX = new InteractionMatrix.Builder(20_000).add(9_999, 0, 1, 0).build();
    /** Nobody to choose settings by: standard ones are taken. */
    private static final HeldOut NOBODY = new HeldOut(MATRIX, new int[0], new int[0][]);

    private static class LimitedBreaker extends NoopCircuitBreaker {
        private final long limit;
        private long used;

        LimitedBreaker(long limit) {
            super("request");
            this.limit = limit;
        }

        @Override
        public long getLimit() {
            return limit;
        }

        @Override
        public long getUsed() {
            return used;
        }

        @Override
        public double addEstimateBytesAndMaybeBreak(long bytes, String label) throws CircuitBreakingException {
            if (used + bytes > limit) {
                throw new CircuitBreakingException("too large", CircuitBreaker.Durability.TRANSIENT);
            }
            used += bytes;
            return used;
        }

        @Override
        public long addWithoutBreaking(long bytes) {
            used += bytes;
            return used;
        }
    }

    private static PartTraining training(LimitedBreaker breaker, RequestedParts requested, ReusedModel reused) {
        TorchDevice none = () -> {
            throw new IllegalStateException("no libtorch here");
        };
        return new PartTraining(new TrainingResources(null, null, null, null, null, breaker, none), requested, reused, true, NetworkInputs.Journal.NONE);
    }

    public void testAsManyDimensionsAsThereIsRoomFor() {
        RequestedParts graph = RequestedParts.of(List.of("graph"), PartSettings.NONE);
        for (int[] example : new int[][] { { 64, 64 }, { 100, 64 }, { 128, 128 }, { 700, 128 } }) {
            LimitedBreaker breaker = new LimitedBreaker(2 * VectorPart.GRAPH.bytes(PartSettings.NONE, MATRIX, example[0]));
            try (PartTraining training = training(breaker, graph, null)) {
                PartMethod method = training.methods(MATRIX, new float[20_000][], () -> NOBODY).getFirst();
                assertEquals("128 by default", example[1], method.method().dimension());
                assertTrue(breaker.used > 0);
            }
            assertEquals(0, breaker.used);
        }
        LimitedBreaker all = new LimitedBreaker(VectorPart.GRAPH.bytes(PartSettings.NONE, MATRIX, 64));
        assertEquals("the fewest may take all", 64, training(all, graph, null).methods(MATRIX, new float[20_000][], () -> NOBODY).getFirst().method().dimension());
        LimitedBreaker unlimited = new LimitedBreaker(-1) {
            @Override
            public double addEstimateBytesAndMaybeBreak(long bytes, String label) {
                return bytes;
            }
        };
        assertEquals(128, training(unlimited, graph, null).methods(MATRIX, new float[20_000][], () -> NOBODY).getFirst().method().dimension());
        LimitedBreaker tooSmall = new LimitedBreaker(VectorPart.GRAPH.bytes(PartSettings.NONE, MATRIX, 64) - 1);
        expectThrows(CircuitBreakingException.class, () -> training(tooSmall, graph, null).methods(MATRIX, new float[20_000][], () -> NOBODY));
    }

    /** Each part on its own: the large one is left out, the small one is learned. */
    public void testAutoLeavesOutWhatHasNoRoom() {
        LimitedBreaker breaker = new LimitedBreaker(VectorPart.FACTORS.bytes(PartSettings.NONE, MATRIX, 64));
        try (PartTraining training = training(breaker, RequestedParts.of(List.of("auto"), PartSettings.NONE), null)) {
            List<PartMethod> methods = training.methods(MATRIX, new float[20_000][], () -> NOBODY);
            assertEquals(List.of(VectorPart.FACTORS), methods.stream().map(PartMethod::part).toList());
            String torch = "it learns on libtorch: no libtorch here";
            String room = "the circuit breaker [request] has no room for it";
            assertEquals(Map.of("graph", room, "attention", torch, "vae", torch, "concepts", torch, "segments", room), training.leftOut());
        }
    }

    public void testNetworksThatAreNamedNeedLibtorch() {
        RequestedParts vae = RequestedParts.of(List.of("vae"), PartSettings.NONE);
        LimitedBreaker breaker = new LimitedBreaker(Long.MAX_VALUE);
        var e = expectThrows(OpenSearchStatusException.class, () -> training(breaker, vae, null).methods(MATRIX, new float[20_000][], () -> NOBODY));
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, e.status());
        assertEquals("[affinity] part [vae] learns on libtorch: no libtorch here; leave it out, or train on another node", e.getMessage());
    }

    /** Two users who rated one item each, too few to choose settings by. */
    private static Interactions rated() {
        Interactions interactions = new Interactions(100, new NoopCircuitBreaker("no limit"));
        interactions.add(new LogScan.LoggedEvent("ann", "lamp", 1, 1, null, 5, ""));
        interactions.add(new LogScan.LoggedEvent("bob", "tent", 1, 1, null, 1, ""));
        interactions.sort();
        return interactions;
    }

    private static RatingMethod ratings(LimitedBreaker breaker, RequestedParts requested, ReusedModel reused) {
        TrainTask task = new TrainTask(1, "type", "action", "description", TaskId.EMPTY_TASK_ID, Map.of());
        TrainingResources resources = new TrainingResources(null, null, null, ParallelFor.SEQUENTIAL, task, breaker, null);
        try (PartTraining training = new PartTraining(resources, requested, reused, true, NetworkInputs.Journal.NONE)) {
            RatingMethod method = training.ratings(rated(), (user, time) -> true);
            assertEquals(requested.auto() ? Set.of("ratings") : Set.of(), training.leftOut().keySet());
            return method;
        }
    }

    public void testRatings() {
        RequestedParts named = RequestedParts.of(List.of("ratings"), PartSettings.NONE);
        LimitedBreaker breaker = new LimitedBreaker(1_000_000);
        assertEquals(RatingFactors.standard(), ratings(breaker, named, null).factors());
        assertEquals(0, breaker.used);
        assertNull("not asked for", ratings(breaker, RequestedParts.of(List.of("graph"), PartSettings.NONE), null));
        assertNull("too few", ratings(breaker, RequestedParts.of(List.of("auto"), PartSettings.NONE), null));
        LimitedBreaker little = new LimitedBreaker(2 * RatingMethod.bytes(2, 2, 2, 8));
        assertEquals("what leaves half", 8, ratings(little, named, null).factors().dimension());
        LimitedBreaker tooSmall = new LimitedBreaker(RatingMethod.bytes(2, 2, 2, 4) - 1);
        expectThrows(CircuitBreakingException.class, () -> ratings(tooSmall, named, null));
        assertNull(ratings(tooSmall, RequestedParts.of(List.of("auto"), PartSettings.NONE), null));
        RequestedParts none = RequestedParts.of(null, PartSettings.NONE);
        RatingMethod before = new RatingMethod(RatingFactors.standard().withDimension(9));
        assertSame(before, ratings(breaker, none, new ReusedModel(1, null, null, null, List.of(), before, null)));
        assertNull(ratings(breaker, none, new ReusedModel(1, null, null, null, List.of(), null, null)));
    }

    public void testOnlyTheGivenDimension() {
        PartSettings settings = new PartSettings(Map.of("graph", Map.of("dimension", 512.0)));
        RequestedParts graph = RequestedParts.of(List.of("graph"), settings);
        LimitedBreaker breaker = new LimitedBreaker(VectorPart.GRAPH.bytes(PartSettings.NONE, MATRIX, 512) - 1);
        expectThrows(CircuitBreakingException.class, () -> training(breaker, graph, null).methods(MATRIX, new float[20_000][], () -> NOBODY));
    }
}
