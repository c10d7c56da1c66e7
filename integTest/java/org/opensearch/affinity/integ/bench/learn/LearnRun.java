package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.learn.Blend;
import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.InterestModel;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.Tuning;
import org.opensearch.affinity.learn.cluster.Segments;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.learn.network.EarlierNetwork;
import org.opensearch.affinity.learn.network.LightGcn;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.affinity.learn.network.NetworkMethod;
import org.opensearch.affinity.learn.network.SelfAttention;
import org.opensearch.affinity.learn.network.TorchDevice;
import org.opensearch.affinity.learn.network.VariationalAutoencoder;
import org.opensearch.affinity.model.ByteRows;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Chooses the hyperparameters of each method on the validation part, trains on all events before the test, and scores the test part
 * once.
 */
final class LearnRun {
    /** The keys of all methods, some of which need the order of events. */
    static final List<String> METHODS = List.of(
        "cosine", "link_prop", "neighbours", "neighbours_undirected", "low_pass", "light_gcn", "implicit_factors", "attention",
        "attention_unordered", "attention_untrained", "vae", "vae_untrained", "concepts", "concepts_untrained", "segments", "segments_untrained");
    /** For neighbours, which learn in a second and have six hyperparameters. */
    private static final int ROUNDS = 2;
    /** For the other methods, some of which learn for minutes. */
    private static final int SLOW_ROUNDS = 1;
    /** Of a method in a blend, in twentieths. */
    private static final double[] SHARES = IntStream.range(0, 20).mapToDouble(share -> share / 20.0).toArray();
    /** A change of a blend that improves validation by less is chance. */
    private static final double MIN_GAIN = 1e-5;
    /** What neighbours are blended with. */
    private static final Set<String> BLENDED = Set.of("low_pass", "light_gcn", "implicit_factors", "attention", "vae", "concepts", "segments");
    private static final String NEIGHBOURS = "neighbours";
    /** Parts with item vectors of the models in a node, whose rows have a byte a dimension. */
    private static final Set<String> SERVED = Set.of("low_pass", "implicit_factors", "attention", "vae", "concepts", "segments");

    private final Screen screen;
    private final LearnSet set;
    private final int threads;
    private final Set<String> methods;
    private final NetworkInputs networks;
    private final List<MethodResult> rows = new ArrayList<>();
    private ParallelFor parallel;

    /**
     * @param methods keys of the methods to measure; empty for all
     * @param device  that networks run on
     */
    LearnRun(Screen screen, LearnSet set, int threads, Set<String> methods, TorchDevice device) {
        this.screen = screen;
        this.set = set;
        this.threads = threads;
        this.methods = methods;
        networks = new NetworkInputs(device, null);
    }

    /** A method with chosen hyperparameters, its model of the validation part, and its figure there. */
    private record Chosen(String key, LearningMethod method, InterestModel model, double figure) {
        Chosen withoutModel() {
            return new Chosen(key, method, null, figure);
        }
    }

    /** Prints and returns the figures. */
    ObjectNode run() {
        long begin = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            parallel = new ParallelFor(pool, threads);
            InteractionMatrix interactions = set.valid().training();
            List<Chosen> chosen = candidates(interactions).stream()
                .filter(candidate -> methods.isEmpty() || methods.contains(candidate.key))
                .map(candidate -> candidate.choice.get())
                .toList();
            ChosenBlend blend = blended(chosen);
            // Models of the validation part are not needed any more, but for networks, which are continued.
            test(chosen.stream().map(one -> one.method instanceof NetworkMethod ? one : one.withoutModel()).toList(), blend);
        }
        return report((System.nanoTime() - begin) / 1e9);
    }

    /** A method whose hyperparameters are still to be chosen. */
    private record Candidate(String key, Supplier<Chosen> choice) {}

    private List<Candidate> candidates(InteractionMatrix interactions) {
        List<Candidate> all = new ArrayList<>();
        all.add(new Candidate("cosine", () -> fixed("cosine", Neighbourhood.cosine())));
        all.add(new Candidate("link_prop", () -> fixed("link_prop", Neighbourhood.linkProp())));
        all.add(candidate(NEIGHBOURS, Neighbourhood.linkProp(), Neighbourhood.hyperparameters(interactions), ROUNDS));
        if (interactions.ordered()) {
            // The order of events may be an artefact: in many sets the events of one day are ordered by id.
            List<Hyperparameter<Neighbourhood>> others = Neighbourhood.hyperparameters(interactions).stream()
                .filter(parameter -> parameter.name().equals("backward") == false).toList();
            all.add(candidate("neighbours_undirected", Neighbourhood.linkProp(), others, ROUNDS));
        }
        all.add(new Candidate("low_pass", () -> lowPass(interactions)));
        all.add(candidate("light_gcn", LightGcn.standard().with(networks), LightGcn.hyperparameters(interactions), SLOW_ROUNDS));
        all.add(candidate("implicit_factors", ImplicitFactors.standard(), ImplicitFactors.hyperparameters(interactions, ImplicitFactors.dimensions()), SLOW_ROUNDS));
        if (interactions.ordered()) {
            all.add(candidate("attention", SelfAttention.standard().with(networks), SelfAttention.hyperparameters(), SLOW_ROUNDS));
            // Controls: what the order gives, and what the training gives.
            all.add(new Candidate("attention_unordered", () -> fixed("attention_unordered", new WithoutOrder(SelfAttention.standard().with(networks)))));
            all.add(new Candidate("attention_untrained", () -> fixed("attention_untrained", SelfAttention.untrained().with(networks))));
        }
        all.add(candidate("vae", VariationalAutoencoder.standard().with(networks), VariationalAutoencoder.hyperparameters(), SLOW_ROUNDS));
        all.add(new Candidate("vae_untrained", () -> fixed("vae_untrained", VariationalAutoencoder.standard().untrained().with(networks))));
        all.add(candidate("concepts", VariationalAutoencoder.concepts().with(networks), VariationalAutoencoder.conceptHyperparameters(), SLOW_ROUNDS));
        all.add(new Candidate("concepts_untrained", () -> fixed("concepts_untrained", VariationalAutoencoder.concepts().untrained().with(networks))));
        all.add(new Candidate("segments", () -> segments(interactions)));
        all.add(new Candidate("segments_untrained", () -> fixed("segments_untrained", Segments.standard().untrained())));
        return all;
    }

    private Chosen lowPass(InteractionMatrix interactions) {
        CoordinateSearch.Objective<LowPass> objective = (trial, own) -> figure(
            set.valid().evaluate(trial.learn(interactions, parallel, own.part(0, 0.3)), parallel, own.part(0.3, 1))
        );
        LowPass prepared = Prepared.lowPass(interactions, objective, parallel, screen);
        List<Hyperparameter<LowPass>> parameters = LowPass.hyperparameters(interactions, LowPass.dimensions(interactions));
        Chosen chosen = tuned("low_pass", prepared, parameters, SLOW_ROUNDS);
        return new Chosen(chosen.key, ((LowPass) chosen.method).withoutSpectrum(), chosen.model, chosen.figure);
    }

    private Chosen segments(InteractionMatrix interactions) {
        Chosen chosen = tuned("segments", Prepared.segments(interactions, parallel, screen), Segments.hyperparameters(), SLOW_ROUNDS);
        return new Chosen(chosen.key, ((Segments) chosen.method).withoutFound(), chosen.model, chosen.figure);
    }

    private <M extends LearningMethod> Candidate candidate(String key, M start, List<Hyperparameter<M>> parameters, int rounds) {
        return new Candidate(key, () -> tuned(key, start, parameters, rounds));
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

    /**
     * A blend of methods, whose scores have been scaled to a common unit.
     *
     * @param shares of the methods, by key; they add up to 1
     */
    private record ChosenBlend(Map<String, Double> shares, double figure) {
        /** Returns the shares with another one of a method; the others share the rest as before. */
        Map<String, Double> with(String key, double share) {
            Map<String, Double> all = new LinkedHashMap<>(shares);
            all.remove(key);
            double others = all.values().stream().mapToDouble(Double::doubleValue).sum();
            all.replaceAll((other, old) -> (1 - share) * old / others);
            if (share > 0) {
                all.put(key, share);
            }
            return all;
        }

        @Override
        public String toString() {
            return shares.entrySet().stream().map(one -> String.format(Locale.ROOT, "%.3f %s", one.getValue(), one.getKey()))
                .collect(Collectors.joining(", "));
        }
    }

    /**
     * Returns the best blend that is found from neighbours alone by changing the share of one method after another, each time the method
     * and the share that are best; null without neighbours or without another method.
     */
    private ChosenBlend blended(List<Chosen> chosen) {
        Chosen neighbours = chosen.stream().filter(one -> one.key.equals(NEIGHBOURS)).findAny().orElse(null);
        List<Chosen> others = chosen.stream().filter(one -> BLENDED.contains(one.key)).toList();
        if (neighbours == null || others.isEmpty()) {
            return null;
        }
        try (Step step = screen.step("Choosing a blend")) {
            Map<String, InterestModel> models = new LinkedHashMap<>();
            Stream.concat(Stream.of(neighbours), others.stream())
                .forEach(one -> models.put(one.key, Blend.scaled(one.model, set.valid().training())));
            ChosenBlend best = new ChosenBlend(Map.of(neighbours.key, 1.0), neighbours.figure);
            ChosenBlend better = changed(best, models, step);
            while (better.figure - best.figure > MIN_GAIN) {
                best = better;
                better = changed(best, models, step);
            }
            step.done(valid(best.figure) + best + " chosen");
            return best;
        }
    }

    /** Returns the blend with the best change of one share; the same blend if nothing improves it. */
    private ChosenBlend changed(ChosenBlend blend, Map<String, InterestModel> models, Step step) {
        List<Map<String, Double>> trials = new ArrayList<>();
        for (String key : models.keySet()) {
            boolean alone = Set.of(key).equals(blend.shares.keySet());
            for (double share : alone ? new double[0] : SHARES) {
                trials.add(blend.with(key, share));
            }
        }
        List<float[]> weights = trials.stream().map(trial -> weights(models.keySet(), trial)).toList();
        List<RankingMetrics> metrics = set.valid().evaluate(List.copyOf(models.values()), weights, parallel, progress(step));
        ChosenBlend best = blend;
        for (int i = 0; i < trials.size(); i++) {
            double figure = figure(metrics.get(i));
            best = figure > best.figure ? new ChosenBlend(trials.get(i), figure) : best;
        }
        return best;
    }

    private static float[] weights(Set<String> keys, Map<String, Double> shares) {
        float[] weights = new float[keys.size()];
        int i = 0;
        for (String key : keys) {
            weights[i++] = shares.getOrDefault(key, 0.0).floatValue();
        }
        return weights;
    }

    private void test(List<Chosen> chosen, ChosenBlend blend) {
        List<Blend.Part> parts = new ArrayList<>();
        double seconds = 0;
        for (Chosen one : chosen) {
            try (Step step = screen.step("Learning " + one.key)) {
                InterestModel model = one.method.learn(set.test().training(), parallel, progress(step));
                double took = step.seconds();
                rows.add(tested(step, one.key, one.method.toString(), one.figure, model, took));
                if (SERVED.contains(one.key)) {
                    InterestModel bytes = ByteRows.of((Factors) model);
                    rows.add(tested(step, one.key + "_bytes", "the same with rows of bytes", one.figure, bytes, took));
                }
                if (SERVED.contains(one.key) && one.model instanceof Factors earlier && earlier.encoder() instanceof NetworkEncoder encoder) {
                    rows.add(continued(step, one, earlier, encoder));
                }
                step.done(one.key + " tested");
                if (blend != null && blend.shares.containsKey(one.key)) {
                    float share = blend.shares.get(one.key).floatValue();
                    parts.add(new Blend.Part(Blend.scaled(model, set.test().training()), share));
                    seconds += took;
                }
            }
        }
        if (blend == null) {
            return;
        }
        try (Step step = screen.step("Testing the blend")) {
            rows.add(tested(step, "blend", blend.toString(), blend.figure, new Blend(parts), seconds + step.seconds()));
            step.done("blend tested");
        }
    }

    /** Continues a network of the validation part with the events since. */
    private MethodResult continued(Step step, Chosen one, Factors earlier, NetworkEncoder encoder) {
        InteractionMatrix before = set.valid().training();
        InteractionMatrix now = set.test().training();
        BitSet since = new BitSet();
        IntStream.range(0, now.users())
            .filter(user -> user >= before.users() || now.end(user) - now.start(user) > before.end(user) - before.start(user))
            .forEach(since::set);
        float[][] vectors = IntStream.range(0, earlier.items()).mapToObj(earlier::vector).toArray(float[][]::new);
        EarlierNetwork network = new EarlierNetwork(vectors, EarlierNetwork.weights(encoder.layers()), encoder.map(), since);
        double began = step.seconds();
        InterestModel model = ((NetworkMethod) one.method).with(networks.continuing(network)).learn(now, parallel, progress(step));
        double took = step.seconds() - began;
        return tested(step, one.key + "_continued", "the network of the validation part, continued", one.figure, model, took);
    }

    private MethodResult tested(Step step, String key, String settings, double valid, InterestModel model, double seconds) {
        return new MethodResult(key, settings, valid, set.test().evaluate(model, parallel, progress(step)), seconds, model.ramBytesUsed());
    }

    static ProgressListener progress(Step step) {
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
