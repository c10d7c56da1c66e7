package org.opensearch.affinity.rescore;

import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.rank.ModelInput;
import org.opensearch.affinity.rank.QueryInput;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.SignalWeights;
import org.opensearch.affinity.rank.interest.RequestContext;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.document.DocumentField;
import org.opensearch.search.SearchHit;
import org.opensearch.search.rescore.RescorerBuilder;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Searches whose hits contain the values of affinity and all signals, for one user as of one time. Trainings learn weights from them. The
 * values are computed by the code that scores every search.
 */
public final class SignalLoggingSearch {
    private SignalLoggingSearch() {}

    /** The names of what {@link #values} returns, in the same order: {@code affinity}, then the tracker's signals. */
    public static List<String> names(Tracker tracker) {
        return Stream.concat(Stream.of("affinity"), SignalWeights.defaults(tracker).stream().map(Signal::name)).toList();
    }

    /**
     * The scoring of such a search.
     *
     * @param asOf         the profile as it was at the time
     * @param model        index of the model that {@code neighbours} and popularity are read from
     * @param recencyDecay weight of an item of the history relative to the next newer item, above 0, at most 1
     * @param text         what the user typed; null for nothing
     * @param vector       the encoded text, of unit length; empty, not null, for none
     * @param time         of the search, epoch milliseconds
     * @param contexts     values of the tracker's contexts by name; hour and weekday are those of the time where they are not given
     */
    public static Scoring scoring(
        GetProfileAction.Response asOf,
        String model,
        float recencyDecay,
        String text,
        float[] vector,
        long time,
        Map<String, String> contexts
    ) {
        Tracker tracker = asOf.tracker();
        return Scoring.forSignalLogging(
            asOf,
            new ModelInput(model, recencyDecay),
            SignalWeights.defaults(tracker),
            tracker.ranking().orElse(Ranking.DEFAULT),
            RequestContext.of(tracker, contexts, time),
            new QueryInput(text, vector, "")
        );
    }

    /**
     * A rescorer that adds the values to the hits. It leaves the hits in their order and with their scores.
     *
     * @param scoring see {@link #scoring}
     */
    public static RescorerBuilder<?> rescorer(Tracker tracker, Scoring scoring, RankNode node) {
        return AffinityRescorerBuilder.learning(tracker.name(), scoring, node);
    }

    /** The values of one hit: affinity times confidence and own factor, in [-1, 1], then each signal, from 0 to 1. */
    public static float[] values(SearchHit hit) {
        DocumentField field = hit.field(SignalLoggingFetchSubPhase.FIELD);
        float[] values = new float[field.getValues().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((Number) field.getValues().get(i)).floatValue();
        }
        return values;
    }
}
