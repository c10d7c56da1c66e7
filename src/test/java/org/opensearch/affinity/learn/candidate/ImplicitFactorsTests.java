package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.Logs;
import org.opensearch.affinity.learn.NormalEquations;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.test.OpenSearchTestCase;

public class ImplicitFactorsTests extends OpenSearchTestCase {
    public void testRidgeOfOneDimension() {
        // αG = 0.1 · (2² + 1²) = 0.5, λ' = 0.5 · (1 + 0.1 · 2) = 0.6, Σ c h² = 4: 2 / 5.1.
        FoldIn encoder = new FoldIn(new float[][] { { 2 }, { 1 } }, new float[][] { { 0.5f } }, new Regularisation(0.5, 0.1, 1), 0.5);
        assertEquals(2 / 5.1, encoder.vector(WeightedHistory.of(0))[0], 1e-6);
        // The older item counts half: λ' = 0.5 · (1.5 + 0.2), Σ c h² = 1 + 0.5 · 4, Σ c h = 1 + 0.5 · 2.
        assertEquals(2 / (0.5 + 0.85 + 3), encoder.vector(WeightedHistory.of(1, 0))[0], 1e-6);
        assertEquals(0, encoder.vector(WeightedHistory.of())[0], 0);
        assertEquals("busy rows alike", 0.5, new Regularisation(0.5, 0.1, 0).lambda(10, 1_000), 0);
    }

    public void testSolutionSolvesTheEquations() {
        int n = randomIntBetween(2, 40);
        float[][] things = RowMatrix.random(30, n, 1, randomLong());
        float[][] base = RowMatrix.triangle(n);
        NormalEquations normal = new NormalEquations(base);
        normal.begin(0.3);
        double[][] matrix = new double[n][n];
        double[] right = new double[n];
        for (float[] thing : things) {
            float confidence = 0.5f + random().nextFloat();
            normal.add(confidence, thing);
            for (int d = 0; d < n; d++) {
                right[d] += confidence * thing[d];
                for (int e = 0; e < n; e++) {
                    matrix[d][e] += confidence * thing[d] * thing[e];
                }
            }
        }
        float[] solution = new float[n];
        normal.solve(solution);
        for (int d = 0; d < n; d++) {
            double left = 0.3 * solution[d];
            for (int e = 0; e < n; e++) {
                left += matrix[d][e] * solution[e];
            }
            assertEquals(right[d], left, 1e-2);
        }
    }

    public void testWhatHasNoSolutionIsFinite() {
        NormalEquations normal = new NormalEquations(RowMatrix.triangle(3));
        normal.begin(0);
        normal.add(1, new float[] { 1, 1, 1 });
        float[] solution = new float[3];
        normal.solve(solution);
        for (float number : solution) {
            assertTrue(Float.isFinite(number));
        }
    }

    public void testEachRoundLessIsLeft() {
        InteractionMatrix log = Logs.twoTastes(80, 20, random());
        double before = Double.POSITIVE_INFINITY;
        for (int rounds = 1; rounds <= 6; rounds++) {
            double left = objective(log, new ImplicitFactors(4, rounds, 0.2, 0.05, 1, 1, 7));
            assertTrue(left + " after " + before, left <= before * 1.0001);
            before = left;
        }
    }

    /** Of the items as learned and the users as encoded, which is what solves for them. */
    private static double objective(InteractionMatrix log, ImplicitFactors method) {
        Factors model = method.learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
        Regularisation regularisation = new Regularisation(method.lambda(), method.alpha(), method.nu());
        double sum = 0;
        for (int user = 0; user < log.users(); user++) {
            float[] scores = model.scores(log.history(user));
            for (float score : scores) {
                sum += method.alpha() * score * score;
            }
            for (int place = log.start(user); place < log.end(user); place++) {
                double miss = scores[log.item(place)] - 1;
                sum += log.weight(place) * miss * miss;
            }
            float[] vector = model.encoder().vector(log.history(user));
            sum += regularisation.lambda(log.userDegrees()[user], log.items()) * norm(vector);
        }
        for (int item = 0; item < log.items(); item++) {
            sum += regularisation.lambda(log.itemDegrees()[item], log.users()) * norm(model.vector(item));
        }
        return sum;
    }

    private static double norm(float[] vector) {
        double sum = 0;
        for (float number : vector) {
            sum += number * number;
        }
        return sum;
    }

    public void testBoundsOfSettings() {
        ImplicitFactors right = ImplicitFactors.standard();
        expectThrows(IllegalArgumentException.class, () -> right.withDimension(0));
        expectThrows(IllegalArgumentException.class, () -> right.withIterations(0));
        expectThrows(IllegalArgumentException.class, () -> right.withAlpha(0));
        expectThrows(IllegalArgumentException.class, () -> right.withLambda(Double.NaN));
        expectThrows(IllegalArgumentException.class, () -> right.withKeep(1.1));
    }
}
