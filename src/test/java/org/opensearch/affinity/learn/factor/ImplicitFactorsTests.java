package org.opensearch.affinity.learn.factor;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
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
        FoldIn encoder = new FoldIn(new float[][] { { 2 }, { 1 } }, 2, new float[][] { { 0.5f } }, new Regularisation(0.5, 0.1, 1), 0.5);
        assertEquals(2 / 5.1, encoder.vector(WeightedHistory.of(0))[0], 1e-6);
        // The older item counts half: λ' = 0.5 · (1.5 + 0.2), Σ c h² = 1 + 0.5 · 4, Σ c h = 1 + 0.5 · 2.
        assertEquals(2 / (0.5 + 0.85 + 3), encoder.vector(WeightedHistory.of(1, 0))[0], 1e-6);
        assertEquals(0, encoder.vector(WeightedHistory.of())[0], 0);
        assertEquals("no frequency scaling", 0.5, new Regularisation(0.5, 0.1, 0).lambda(10, 1_000), 0);
    }

    public void testSolutionSolvesTheEquations() {
        int n = randomIntBetween(2, 40);
        float[][] vectors = RowMatrix.random(30, n, 1, randomLong());
        float[][] base = RowMatrix.triangle(n);
        NormalEquations equations = new NormalEquations(base);
        equations.begin(0.3);
        double[][] matrix = new double[n][n];
        double[] right = new double[n];
        for (float[] vector : vectors) {
            float confidence = 0.5f + random().nextFloat();
            equations.add(confidence, vector);
            for (int d = 0; d < n; d++) {
                right[d] += confidence * vector[d];
                for (int e = 0; e < n; e++) {
                    matrix[d][e] += confidence * vector[d] * vector[e];
                }
            }
        }
        float[] solution = new float[n];
        equations.solve(solution);
        for (int d = 0; d < n; d++) {
            double left = 0.3 * solution[d];
            for (int e = 0; e < n; e++) {
                left += matrix[d][e] * solution[e];
            }
            assertEquals(right[d], left, 1e-2);
        }
    }

    public void testSingularEquationsHaveAFiniteSolution() {
        NormalEquations equations = new NormalEquations(RowMatrix.triangle(3));
        equations.begin(0);
        equations.add(1, new float[] { 1, 1, 1 });
        float[] solution = new float[3];
        equations.solve(solution);
        for (float number : solution) {
            assertTrue(Float.isFinite(number));
        }
    }

    public void testObjectiveFallsWithIterations() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(80, 20, random());
        double before = Double.POSITIVE_INFINITY;
        for (int iterations = 1; iterations <= 6; iterations++) {
            double after = objective(interactions, new ImplicitFactors(4, iterations, 0.2, 0.05, 1, 1, 7));
            assertTrue(after + " after " + before, after <= before * 1.0001);
            before = after;
        }
    }

    /** With the users as encoded: encoding solves for a user's row. */
    private static double objective(InteractionMatrix interactions, ImplicitFactors method) {
        Factors model = method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        Regularisation regularisation = new Regularisation(method.lambda(), method.alpha(), method.nu());
        double sum = 0;
        for (int user = 0; user < interactions.users(); user++) {
            float[] scores = model.scores(interactions.history(user));
            for (float score : scores) {
                sum += method.alpha() * score * score;
            }
            for (int position = interactions.start(user); position < interactions.end(user); position++) {
                double error = scores[interactions.item(position)] - 1;
                sum += interactions.weight(position) * error * error;
            }
            float[] vector = model.encoder().vector(interactions.history(user));
            sum += regularisation.lambda(interactions.userDegrees()[user], interactions.items()) * norm(vector);
        }
        for (int item = 0; item < interactions.items(); item++) {
            sum += regularisation.lambda(interactions.itemDegrees()[item], interactions.users()) * norm(model.vector(item));
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
        ImplicitFactors valid = ImplicitFactors.standard();
        expectThrows(IllegalArgumentException.class, () -> valid.withDimension(0));
        expectThrows(IllegalArgumentException.class, () -> valid.withIterations(0));
        expectThrows(IllegalArgumentException.class, () -> valid.withAlpha(0));
        expectThrows(IllegalArgumentException.class, () -> valid.withLambda(Double.NaN));
        expectThrows(IllegalArgumentException.class, () -> valid.withRecencyDecay(1.1));
    }
}
