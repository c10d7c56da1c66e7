package org.opensearch.affinity.integ.bench.learn;

import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.cluster.Segments;
import org.opensearch.affinity.learn.factor.LowPass;

import java.util.Locale;

/** Methods with what all their trials have in common, computed once. */
final class Prepared {
    private Prepared() {}

    /** @param objective chooses the exponent of users' degrees */
    static LowPass lowPass(
        InteractionMatrix interactions,
        CoordinateSearch.Objective<LowPass> objective,
        ParallelFor parallel,
        Screen screen
    ) {
        int[] dimensions = LowPass.dimensions(interactions);
        int most = dimensions[dimensions.length - 1];
        try (Step step = screen.step("Preparing low_pass")) {
            LowPass prepared = LowPass.standard()
                .prepared(interactions, most, LowPass.USER_EXPONENTS, objective, parallel, LearnRun.progress(step));
            step.done("singular vectors computed for all trials of low_pass");
            return prepared;
        }
    }

    static Segments segments(InteractionMatrix interactions, ParallelFor parallel, Screen screen) {
        try (Step step = screen.step("Preparing segments")) {
            Segments prepared = Segments.standard().prepared(interactions, parallel, LearnRun.progress(step));
            step.done(String.format(Locale.ROOT, "%,d segments found for all trials of segments", prepared.found().tree().groups().size()));
            return prepared;
        }
    }
}
