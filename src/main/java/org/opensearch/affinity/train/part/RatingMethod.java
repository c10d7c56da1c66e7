package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.rating.HeldOutRatings;
import org.opensearch.affinity.learn.rating.RatingFactors;
import org.opensearch.affinity.learn.rating.Ratings;
import org.opensearch.affinity.learn.rating.RatingTuning;
import org.opensearch.affinity.tracker.Signal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The part {@code ratings} of a model that is to be learned: its method with the hyperparameters. Immutable. */
public record RatingMethod(RatingFactors factors) {
    /** With fewer users who rated two items, tuning is unreliable. */
    private static final int MIN_USERS = 50;
    /** Why a model does not have the part if there are too few ratings. */
    public static final String TOO_FEW = "fewer than " + MIN_USERS + " users rated two items";
    /** Trials learn from so many ratings at most, and predict so many, so that one takes seconds for any log. */
    private static final int MOST_RATINGS = 500_000;
    private static final int MOST_ASKED = 2_000;
    /** Approximate heap of a rating while it is collected, tuned with and learned from. */
    private static final long BYTES_PER_RATING = 100;

    /** Returns why a model should not have the part, in words; null if there are enough ratings. */
    public static String lacking(Ratings ratings) {
        long users = IntStream.range(0, ratings.users()).filter(user -> ratings.size(user) > 1).count();
        if (users < MIN_USERS) {
            return TOO_FEW;
        }
        return ratings.scale().deviation() > 0 ? null : "all ratings are equal";
    }

    /**
     * Returns the method with the given hyperparameters, and others that predict held-out ratings best; standard ones if there are too few
     * ratings to choose by.
     *
     * @param dimensions to choose from, ascending
     */
    public static RatingMethod tuned(
        PartSettings settings,
        int[] dimensions,
        Ratings ratings,
        long seed,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        RatingFactors standard = RatingFactors.standard();
        RatingFactors start = of(settings.of(Signal.RATINGS), standard.withDimension(MethodFamily.smaller(standard.dimension(), dimensions)));
        HeldOutRatings heldOut = HeldOutRatings.newestOfSome(ratings, MOST_RATINGS, MOST_ASKED, seed);
        if (heldOut.asked().size() < MIN_USERS) {
            return new RatingMethod(start);
        }
        RatingTuning tuning = new RatingTuning(open(settings, start.hyperparameters(dimensions)), 1);
        return new RatingMethod(tuning.best(start, heldOut, parallel, progress).method());
    }

    /** Leaves out the hyperparameters that are given: λ and ν are tuned together, so one of them keeps both. */
    private static List<Hyperparameter<RatingFactors>> open(PartSettings settings, List<Hyperparameter<RatingFactors>> all) {
        boolean keepsNu = settings.of(Signal.RATINGS).containsKey("nu");
        return settings.open(Signal.RATINGS, all).stream().filter(one -> keepsNu == false || one.name().equals("lambda") == false).toList();
    }

    /** Returns the dimensions to choose from, ascending: the given one, if there is one. */
    public static int[] dimensions(PartSettings settings) {
        Double given = settings.of(Signal.RATINGS).get("dimension");
        return given == null ? RatingFactors.dimensions() : new int[] { given.intValue() };
    }

    /** Returns the heap that learning takes. */
    public static long bytes(int ratings, int users, int items, int dimension) {
        return BYTES_PER_RATING * ratings + (long) Float.BYTES * (dimension + 1) * ((long) users + items);
    }

    /** Returns the part of a model, by its description; null if it has none, or another version described it in another way. */
    public static RatingMethod read(Map<String, Object> about) {
        if (about.get(PartMethod.PARTS) instanceof Map<?, ?> parts && parts.get(Signal.RATINGS) instanceof Map<?, ?> settings) {
            try {
                return new RatingMethod(of(settings, RatingFactors.standard()));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        return null;
    }

    private static RatingFactors of(Map<?, ?> settings, RatingFactors standard) {
        return new RatingFactors(
            (int) MethodFamily.number(settings, "dimension", standard.dimension()),
            (int) MethodFamily.number(settings, "iterations", standard.iterations()),
            MethodFamily.number(settings, "lambda", standard.lambda()),
            MethodFamily.number(settings, "nu", standard.nu()),
            MethodFamily.number(settings, "damping", standard.damping()),
            standard.seed()
        );
    }

    /** Returns the hyperparameters, for people and for {@link #read}. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("dimension", factors.dimension());
        settings.put("iterations", factors.iterations());
        settings.put("lambda", factors.lambda());
        settings.put("nu", factors.nu());
        settings.put("damping", factors.damping());
        return settings;
    }
}
