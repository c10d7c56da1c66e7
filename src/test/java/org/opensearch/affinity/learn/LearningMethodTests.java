package org.opensearch.affinity.learn;

import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.learn.network.LightGcn;
import org.opensearch.affinity.learn.network.NetworkInputs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Properties of all methods. */
public class LearningMethodTests extends EncodeTestCase {
    private static final List<LearningMethod> METHODS = List.of(
        Neighbourhood.cosine(),
        Neighbourhood.linkProp(),
        ImplicitFactors.standard().withDimension(8).withRecencyDecay(0.8),
        LowPass.standard().withDimension(8).withRecencyDecay(0.8),
        LightGcn.standard().with(new NetworkInputs(runtime()::newManager, null)).withDimension(8).withSteps(20).withRecencyDecay(0.8)
    );

    public void testResultDoesNotDependOnThreads() throws Exception {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(1_500, 700, random());
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            for (LearningMethod method : METHODS) {
                InterestModel sequential = method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
                InterestModel concurrent = method.learn(interactions, new ParallelFor(pool, 4), ProgressListener.NONE);
                for (int user = 0; user < 100; user++) {
                    assertArrayEquals(
                        method.toString(),
                        sequential.scores(interactions.history(user)),
                        concurrent.scores(interactions.history(user)),
                        0
                    );
                }
            }
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    public void testFiftyUsersAreEnoughForTwoGroups() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(50, 30, random());
        for (LearningMethod method : METHODS) {
            InterestModel model = method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
            double own = 0;
            double other = 0;
            for (int user = 0; user < interactions.users(); user++) {
                float[] scores = model.scores(interactions.history(user));
                for (int item = 0; item < scores.length; item++) {
                    assertTrue(method + " scored " + scores[item], Float.isFinite(scores[item]));
                    if (item / 15 == user % 2) {
                        own += scores[item];
                    } else {
                        other += scores[item];
                    }
                }
            }
            assertTrue(method + ": " + own + " and " + other, own > other + Math.abs(other));
            assertTrue(model.ramBytesUsed() > 0);
        }
    }

    public void testScoresAreZeroWithoutInteractions() {
        InteractionMatrix withoutUsers = new InteractionMatrix.Builder(5).build();
        InteractionMatrix withoutItems = new InteractionMatrix.Builder(0).build();
        InteractionMatrix one = InteractionMatrices.ordered(5, new int[] {}, new int[] { 3 });
        for (LearningMethod method : METHODS) {
            assertArrayEquals(
                method.toString(),
                new float[5],
                method.learn(withoutUsers, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(WeightedHistory.of(1, 2)),
                0
            );
            assertEquals(0, method.learn(withoutItems, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(WeightedHistory.of()).length);
            InterestModel model = method.learn(one, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
            assertArrayEquals(new float[5], model.scores(WeightedHistory.of()), 0);
            for (float score : model.scores(WeightedHistory.of(3, 0))) {
                assertTrue(Float.isFinite(score));
            }
        }
    }

    public void testProgressAndCancellation() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(1_000, 500, random());
        for (LearningMethod method : METHODS) {
            List<Double> parts = new ArrayList<>();
            method.learn(interactions, ParallelFor.SEQUENTIAL, parts::add);
            for (int i = 1; i < parts.size(); i++) {
                assertTrue(method + ": " + parts.get(i - 1) + ", " + parts.get(i), parts.get(i) >= parts.get(i - 1));
            }
            assertEquals(1, parts.get(parts.size() - 1), 1e-9);
            int limit = parts.size() / 2;
            List<Double> seen = new ArrayList<>();
            expectThrows(CancellationException.class, () -> method.learn(interactions, ParallelFor.SEQUENTIAL, part -> {
                seen.add(part);
                if (seen.size() > limit) {
                    throw new CancellationException();
                }
            }));
            assertEquals("no progress after the cancellation", limit + 1, seen.size());
        }
    }
}
