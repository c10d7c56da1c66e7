package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.part.RatingMethod;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained model of which another training takes the weights, and with them the settings of the neighbourhood: with other settings,
 * similarities would not be those that the weights were learned for.
 *
 * @param ranking its weights
 * @param forYou those of searches without a text
 * @param method null if the model's description does not have it
 * @param parts  its other parts with item vectors
 * @param ratings null if it does not predict ratings
 * @param continued the same model if its networks are continued; else null
 */
record ReusedModel(
    int number,
    Ranking ranking,
    Ranking forYou,
    Neighbourhood method,
    List<PartMethod> parts,
    RatingMethod ratings,
    EarlierModel continued
) {
    private static final String KEEP = "keep";
    private static final String NEIGHBOURS = "neighbours";
    private static final String NEWEST_EVENT = "newest_event";

    /** @param about what the training stored about the model */
    static ReusedModel of(ActiveModels.Active model, Map<String, Object> about) {
        List<PartMethod> parts = PartMethod.read(about);
        return new ReusedModel(model.number(), model.ranking(), model.forYou(), method(about), parts, RatingMethod.read(about), null);
    }

    /** Returns the same with networks that are continued. */
    ReusedModel continuing(EarlierModel earlier) {
        return new ReusedModel(number, ranking, forYou, method, parts, ratings, earlier);
    }

    /** Returns the members of a model's description that {@link #method} reads. */
    static Map<String, Object> describe(Neighbourhood method) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("user", method.userExponent());
        settings.put("from", method.fromExponent());
        settings.put("to", method.toExponent());
        settings.put("backward", method.backward());
        settings.put("closeness", method.closeness());
        settings.put("most", method.maxNeighbours());
        Map<String, Object> description = new LinkedHashMap<>();
        description.put(KEEP, method.recencyDecay());
        description.put(NEIGHBOURS, settings);
        return description;
    }

    /** Returns the member of a model's description that {@link #newest(Map)} reads. */
    static Map<String, Object> describeNewest(long time) {
        return Map.of(NEWEST_EVENT, time);
    }

    /** Returns the time of the newest event of a model's log, epoch milliseconds. */
    static long newest(Map<String, Object> about) {
        return (long) number(about, NEWEST_EVENT);
    }

    private static Neighbourhood method(Map<String, Object> about) {
        if (about.get(NEIGHBOURS) instanceof Map<?, ?> settings) {
            try {
                return new Neighbourhood(
                    number(settings, "user"),
                    number(settings, "from"),
                    number(settings, "to"),
                    number(settings, "backward"),
                    number(settings, "closeness"),
                    number(about, KEEP),
                    (int) number(settings, "most")
                );
            } catch (IllegalArgumentException e) {
                return null; // written by another version
            }
        }
        return null;
    }

    private static double number(Map<?, ?> settings, String name) {
        return settings.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
