package org.opensearch.affinity.train.part;

import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.network.LightGcn;
import org.opensearch.affinity.learn.network.NetworkInputs;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

public class GraphMethodsTests extends EncodeTestCase {
    private static final int[] DIMENSIONS = { 4 };

    private static PartTrials trials(InteractionMatrix interactions, NetworkInputs networks) {
        return new PartTrials(HeldOut.newest(interactions), networks, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
    }

    /** Whichever ranks the held-out items better; over several logs that is each of them. */
    public void testTheBetterOneIsChosen() {
        NetworkInputs networks = new NetworkInputs(runtime()::newManager, null);
        PartSettings settings = new PartSettings(Map.of("graph", Map.of("dimension", 4.0, "damping", 0.0, "user", 1.0, "from", 0.5, "keep", 1.0)));
        Set<Class<?>> chosen = new HashSet<>();
        for (int log = 0; log < 30 && chosen.size() < 2; log++) {
            PartTrials trials = trials(InteractionMatrices.twoGroups(80, 30, random()), networks);
            double closed = trials.best(new LowPass(4, 0, 1, 0.5, 1, LowPass.standard().seed(), null), List.<Hyperparameter<LowPass>>of()).value();
            LightGcn gradient = LightGcn.standard().withDimension(4).with(networks);
            double byGradient = trials.best(gradient, List.<Hyperparameter<LightGcn>>of()).value();
            Class<?> better = byGradient > closed ? LightGcn.class : LowPass.class;
            assertSame(closed + " " + byGradient, better, new GraphMethods().tuned(settings, DIMENSIONS, trials).getClass());
            chosen.add(better);
        }
        assertEquals(Set.of(LowPass.class, LightGcn.class), chosen);
    }

    public void testGivenSteps() {
        PartTrials trials = trials(InteractionMatrices.twoGroups(80, 30, random()), null);
        PartSettings closed = new PartSettings(Map.of("graph", Map.of("steps", 0.0)));
        assertEquals(LowPass.class, new GraphMethods().tuned(closed, DIMENSIONS, trials).getClass());
        assertEquals("without libtorch", LowPass.class, new GraphMethods().tuned(PartSettings.NONE, DIMENSIONS, trials).getClass());
        PartSettings gradient = new PartSettings(Map.of("graph", Map.of("steps", 7.0)));
        assertEquals(7, ((LightGcn) new GraphMethods().tuned(gradient, DIMENSIONS, trials)).steps());
        PartSettings wrong = new PartSettings(Map.of("graph", Map.of("steps", 7.0, "dimension", 512.0)));
        Exception e = expectThrows(IllegalArgumentException.class, () -> RequestedParts.of(List.of("graph"), wrong));
        assertEquals("[settings.graph.dimension] must be at most 256 with [steps], got [512]", e.getMessage());
    }
}
