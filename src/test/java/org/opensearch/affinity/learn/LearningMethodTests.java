package org.opensearch.affinity.learn;

import org.opensearch.affinity.learn.candidate.ImplicitFactors;
import org.opensearch.affinity.learn.candidate.LightGcn;
import org.opensearch.affinity.learn.candidate.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** What holds for every method. */
public class LearningMethodTests extends OpenSearchTestCase {
    private static final List<LearningMethod> METHODS = List.of(
        Neighbourhood.cosine(),
        Neighbourhood.linkProp(),
        ImplicitFactors.standard().withDimension(8).withKeep(0.8),
        LowPass.standard().withDimension(8).withKeep(0.8),
        LightGcn.standard().withDimension(8).withSteps(20).withKeep(0.8)
    );

    public void testThreadsDoNotMatter() throws Exception {
        InteractionMatrix log = Logs.twoTastes(1_500, 700, random());
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            for (LearningMethod method : METHODS) {
                InterestModel alone = method.learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
                InterestModel together = method.learn(log, new ParallelFor(pool, 4), ProgressListener.NOBODY);
                for (int user = 0; user < 100; user++) {
                    assertArrayEquals(method.toString(), alone.scores(log.history(user)), together.scores(log.history(user)), 0);
                }
            }
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    public void testFiftyUsersAreEnoughForTwoTastes() {
        InteractionMatrix log = Logs.twoTastes(50, 30, random());
        for (LearningMethod method : METHODS) {
            InterestModel model = method.learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
            double own = 0;
            double other = 0;
            for (int user = 0; user < log.users(); user++) {
                float[] scores = model.scores(log.history(user));
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

    public void testOfNothingNothingIsLearned() {
        InteractionMatrix nobody = new InteractionMatrix.Builder(5).build();
        InteractionMatrix nothing = new InteractionMatrix.Builder(0).build();
        InteractionMatrix one = Logs.ordered(5, new int[] {}, new int[] { 3 });
        for (LearningMethod method : METHODS) {
            assertArrayEquals(method.toString(), new float[5], method.learn(nobody, ParallelFor.ALONE, ProgressListener.NOBODY).scores(WeightedHistory.of(1, 2)), 0);
            assertEquals(0, method.learn(nothing, ParallelFor.ALONE, ProgressListener.NOBODY).scores(WeightedHistory.of()).length);
            InterestModel model = method.learn(one, ParallelFor.ALONE, ProgressListener.NOBODY);
            assertArrayEquals(new float[5], model.scores(WeightedHistory.of()), 0);
            for (float score : model.scores(WeightedHistory.of(3, 0))) {
                assertTrue(Float.isFinite(score));
            }
        }
    }

    public void testProgressAndCancellation() {
        InteractionMatrix log = Logs.twoTastes(1_000, 500, random());
        for (LearningMethod method : METHODS) {
            List<Double> parts = new ArrayList<>();
            method.learn(log, ParallelFor.ALONE, parts::add);
            for (int i = 1; i < parts.size(); i++) {
                assertTrue(method + ": " + parts.get(i - 1) + ", " + parts.get(i), parts.get(i) >= parts.get(i - 1));
            }
            assertEquals(1, parts.get(parts.size() - 1), 1e-9);
            int enough = parts.size() / 2;
            List<Double> seen = new ArrayList<>();
            expectThrows(CancellationException.class, () -> method.learn(log, ParallelFor.ALONE, part -> {
                seen.add(part);
                if (seen.size() > enough) {
                    throw new CancellationException();
                }
            }));
            assertEquals("nothing after it", enough + 1, seen.size());
        }
    }
}
