package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.learn.Blend;
import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.InterestModel;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.Tuning;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.candidate.LightGcn;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Chooses the hyperparameters of each method on the validation part, trains on all events before the test, and scores the test part
 * once.
 */
final class LearnRun {
    /** For neighbours, which learn in a second and have six hyperparameters. */
    private static final int ROUNDS = 2;
    /** For the other methods, some of which learn for minutes. */
    private static final int SLOW_ROUNDS = 1;
    private static final double[] SHARES = { 0.1, 0.2, 0.3, 0.5 };

    private final Screen screen;
    private final LearnSet set;
    private final int threads;
    private final List<MethodResult> rows = new ArrayList<>();
    private ParallelFor parallel;

    LearnRun(Screen screen, LearnSet set, int threads) {
        this.screen = screen;
        this.set = set;
        this.threads = threads;
    }

    /** A method with chosen hyperparameters, its model of the validation part, and its figure there. */
    private record Chosen(String key, LearningMethod method, InterestModel model, double figure) {}

    /** Prints and returns the figures. */
    ObjectNode run() {
        long begin = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            parallel = new ParallelFor(pool, threads);
            InteractionMatrix interactions = set.valid().training();
            List<Chosen> chosen = new ArrayList<>();
            chosen.add(fixed("cosine", Neighbourhood.cosine()));
            chosen.add(fixed("link_prop", Neighbourhood.linkProp()));
            chosen.add(tuned("neighbours", Neighbourhood.linkProp(), Neighbourhood.hyperparameters(interactions), ROUNDS));
            if (interactions.ordered()) {
                // The order of events may be an artefact: in many sets the events of one day are ordered by id.
                List<Hyperparameter<Neighbourhood>> others = Neighbourhood.hyperparameters(interactions).stream()
                    .filter(parameter -> parameter.name().equals("backward") == false).toList();
                chosen.add(tuned("neighbours_undirected", Neighbourhood.linkProp(), others, ROUNDS));
            }
            chosen.add(tuned("low_pass", LowPass.standard(), LowPass.hyperparameters(interactions), SLOW_ROUNDS));
            chosen.add(tuned("light_gcn", LightGcn.standard(), LightGcn.hyperparameters(interactions), SLOW_ROUNDS));
            chosen.add(tuned("implicit_factors", ImplicitFactors.standard(), ImplicitFactors.hyperparameters(interactions), SLOW_ROUNDS));
            ChosenBlend blend = blended(chosen.get(2), chosen.subList(chosen.size() - 3, chosen.size()));
            test(chosen, blend);
        }
        return report((System.nanoTime() - begin) / 1e9);
    }

    private String figureName() {
        return set.several() ? "ndcg@20" : "ndcg@10";
    }

    private double figure(RankingMetrics metrics) {
        return RankingMetrics.mean(MethodResult.FIGURES.get(figureName()).apply(metrics));
    }

    private Chosen fixed(String key, LearningMethod method) {
        try (Step step = screen.step("Evaluating " + key)) {
            InterestModel model = method.learn(set.valid().training(), parallel, progress(step).part(0, 0.5));
            double figure = figure(set.valid().evaluate(model, parallel, progress(step).part(0.5, 1)));
            step.done(valid(figure) + method);
            return new Chosen(key, method, model, figure);
        }
    }

    private <M extends LearningMethod> Chosen tuned(String key, M start, List<Hyperparameter<M>> parameters, int rounds) {
        try (Step step = screen.step("Choosing " + key)) {
            CoordinateSearch.Trial<M> best = new Tuning<>(parameters, this::figure, rounds)
                .best(start, set.valid(), parallel, progress(step), trial -> {});
            InterestModel model = best.method().learn(set.valid().training(), parallel, ProgressListener.NONE);
            step.done(valid(best.value()) + best.method() + " chosen");
            return new Chosen(key, best.method(), model, best.value());
        }
    }

    /** A blend of neighbours with another method. */
    private record ChosenBlend(Chosen other, double share, double figure) {}

    private ChosenBlend blended(Chosen neighbours, List<Chosen> others) {
        try (Step step = screen.step("Choosing a blend")) {
            ChosenBlend best = new ChosenBlend(others.get(0), 0, Double.NEGATIVE_INFINITY);
            for (Chosen other : others) {
                for (double share : SHARES) {
                    InterestModel model = Blend.of(neighbours.model, other.model, share, set.valid().training());
                    double figure = figure(set.valid().evaluate(model, parallel, progress(step)));
                    best = figure > best.figure ? new ChosenBlend(other, share, figure) : best;
                }
            }
            step.done(valid(best.figure) + "neighbours with a share of " + best.share + " for " + best.other.key + " chosen");
            return best;
        }
    }

    private void test(List<Chosen> chosen, ChosenBlend blend) {
        InterestModel neighbours = null;
        InterestModel other = null;
        double seconds = 0;
        for (Chosen one : chosen) {
            try (Step step = screen.step("Learning " + one.key)) {
                InterestModel model = one.method.learn(set.test().training(), parallel, progress(step));
                double took = step.seconds();
                MethodResult row = tested(step, one.key, one.method.toString(), one.figure, model, took);
                step.done(one.key + " tested");
                rows.add(row);
                if (one.key.equals("neighbours")) {
                    neighbours = model;
                    seconds += took;
                } else if (one == blend.other) {
                    other = model;
                    seconds += took;
                }
            }
        }
        try (Step step = screen.step("Testing the blend")) {
            InterestModel model = Blend.of(neighbours, other, blend.share, set.test().training());
            String settings = "neighbours, with a share of " + blend.share + " for " + blend.other.key;
            rows.add(tested(step, "blend", settings, blend.figure, model, seconds + step.seconds()));
            step.done("blend tested");
        }
    }

    private MethodResult tested(Step step, String key, String settings, double valid, InterestModel model, double seconds) {
        return new MethodResult(key, settings, valid, set.test().evaluate(model, parallel, progress(step)), seconds, model.ramBytesUsed());
    }

    private static ProgressListener progress(Step step) {
        return part -> step.at(Math.round(1000 * part), 1000, "‰");
    }

    private String valid(double figure) {
        return String.format(Locale.ROOT, "%s %.4f on valid: ", figureName(), figure);
    }

    private ObjectNode report(double seconds) {
        MethodResult best = rows.stream().max(Comparator.comparingDouble(MethodResult::valid)).orElseThrow();
        screen.print(new LearnTable(rows, PublishedResult.of(set.name())).toString());
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("users", set.test().users().length).put("threads", threads).put("all_seconds", seconds);
        json.put("chosen_by", figureName() + " on valid").put("best_method", best.key());
        json.set("best", best.json());
        for (MethodResult row : rows) {
            json.withObject("/methods").set(row.key(), row.json());
            json.withObject("/intervals_95").set(row.key(), row.intervals());
            json.withObject("/settings").put(row.key(), row.settings());
            json.withObject("/valid").put(row.key(), row.valid());
        }
        screen.print(" best on valid: " + screen.bold(best.key()) + ", " + best.settings());
        screen.print(screen.dim(" " + Step.span(seconds) + " in total"));
        return json;
    }
}
