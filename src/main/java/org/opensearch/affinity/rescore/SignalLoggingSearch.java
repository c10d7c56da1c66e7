package org.opensearch.affinity.rescore;

import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.rank.QueryInput;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RequestContext;
import org.opensearch.affinity.rank.Scoring;
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
 * Searches whose hits tell all that their scores could be made of, as it was for one person at one time, so that weights can be
 * learned from what the person chose. Values are those that ranking itself computes.
 */
public final class SignalLoggingSearch {
    private SignalLoggingSearch() {}

    /** What {@link #values} holds, in its order: the affinity with its confidence, and the tracker's signals. */
    public static List<String> names(Tracker tracker) {
        return Stream.concat(Stream.of("affinity"), signals(tracker).stream().map(Signal::name)).toList();
    }

    private static List<Signal> signals(Tracker tracker) {
        return Stream.concat(tracker.signals().stream(), Signal.unweighted(tracker.items().textFields()).stream()).toList();
    }

    /**
     * The rescorer that makes hits tell. They stay where the query puts them, with its scores.
     *
     * @param asOf   the profile as it was
     * @param model  index of the model whose neighbours and popularity count
     * @param keep   what each item of a history counts of the next newer one
     * @param text   what was typed; null for nothing
     * @param vector the same as a unit vector; empty for none
     * @param time   of the search, epoch milliseconds
     * @param said   in which circumstances, by name
     */
    public static RescorerBuilder<?> rescorer(
        GetProfileAction.Response asOf,
        String model,
        float keep,
        String text,
        float[] vector,
        long time,
        Map<String, String> said,
        RankNode node
    ) {
        Tracker tracker = asOf.tracker();
        RequestContext moment = RequestContext.of(tracker, said, time);
        Ranking ranking = tracker.ranking().orElse(Ranking.DEFAULT);
        Scoring scoring = Scoring.learning(asOf, new Scoring.Model(model, keep), signals(tracker), ranking, moment, new QueryInput(text, vector));
        return AffinityRescorerBuilder.learning(tracker.name(), scoring, node);
    }

    /** What a hit of such a search tells. */
    public static float[] values(SearchHit hit) {
        DocumentField field = hit.field(SignalLoggingFetchSubPhase.FIELD);
        float[] values = new float[field.getValues().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((Number) field.getValues().get(i)).floatValue();
        }
        return values;
    }
}
