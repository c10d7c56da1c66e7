package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.rating.HeldOutRatings;
import org.opensearch.affinity.learn.rating.RatingError;
import org.opensearch.affinity.learn.rating.RatingFactors;
import org.opensearch.affinity.learn.rating.RatingModel;
import org.opensearch.affinity.learn.rating.RatingTuning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Chooses hyperparameters on the validation ratings, trains on all ratings before the test, and predicts the test once. */
final class RatingRun {
    private static final int ROUNDS = 2;

    private final Screen screen;
    private final RatingSet set;
    private final int threads;
    private final List<RatingResult> rows = new ArrayList<>();
    private ParallelFor parallel;

    RatingRun(Screen screen, RatingSet set, int threads) {
        this.screen = screen;
        this.set = set;
        this.threads = threads;
    }

    /** Prints and returns the figures. */
    ObjectNode run() {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            parallel = new ParallelFor(pool, threads);
            rows.add(mean());
            rows.add(tested("biases", RatingFactors.biases()));
            rows.add(tested("rating_factors", RatingFactors.standard()));
        }
        screen.print(new RatingTable(rows).toString());
        Interval difference = rows.get(2).squaredErrorDifference(rows.get(1));
        screen.print(
            String.format(Locale.ROOT, " mean squared error of rating_factors minus that of biases: %.4f (%.4f to %.4f)",
                difference.value(), difference.low(), difference.high())
        );
        return json();
    }

    /** Predicts the mean for every rating. */
    private RatingResult mean() {
        return new RatingResult("mean", "", rmse(set.valid(), mean(set.valid())), set.test(), mean(set.test()), 0, 0);
    }

    private static double[] mean(HeldOutRatings heldOut) {
        double[] mean = new double[heldOut.asked().size()];
        Arrays.fill(mean, heldOut.known().scale().mean());
        return mean;
    }

    private RatingResult tested(String key, RatingFactors start) {
        CoordinateSearch.Trial<RatingFactors> best;
        try (Step step = screen.step("Choosing " + key)) {
            best = new RatingTuning(start.hyperparameters(RatingFactors.dimensions()), ROUNDS).best(start, set.valid(), parallel, progress(step));
            step.done(String.format(Locale.ROOT, "rmse %.4f on valid: %s chosen", -best.value(), best.method()));
        }
        try (Step step = screen.step("Learning " + key)) {
            RatingModel model = best.method().learn(set.test().known(), parallel, progress(step));
            double seconds = step.seconds();
            step.done(key + " tested");
            return new RatingResult(key, best.method().toString(), -best.value(), set.test(), set.test().predicted(model), seconds,
                model.ramBytesUsed());
        }
    }

    private static double rmse(HeldOutRatings heldOut, double[] predicted) {
        return RatingError.rmse(predicted, heldOut.given());
    }

    private static ProgressListener progress(Step step) {
        return part -> step.at(Math.round(1000 * part), 1000, "‰");
    }

    private ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("split", set.split()).put("chosen_by", "rmse on valid");
        json.put("train", set.valid().known().size()).put("valid", set.valid().asked().size()).put("test", set.test().asked().size());
        for (RatingResult row : rows) {
            json.withObject("/methods").set(row.key(), row.json());
            json.withObject("/intervals_95").set(row.key(), row.intervals());
            json.withObject("/settings").put(row.key(), row.settings());
            json.withObject("/valid_rmse").put(row.key(), row.valid());
        }
        json.withObject("/rating_factors_above_biases").set("squared_error", json(rows.get(2).squaredErrorDifference(rows.get(1))));
        json.withObject("/rating_factors_above_biases").set("absolute_error", json(rows.get(2).absoluteErrorDifference(rows.get(1))));
        return json;
    }

    private static ObjectNode json(Interval interval) {
        return Rest.JSON.createObjectNode().put("value", interval.value()).put("low", interval.low()).put("high", interval.high());
    }
}
