package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.neighbour.ContentMap;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.sample.SampledPart;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The outcome of a training.
 *
 * @param number  of the model
 * @param time    when the training ended, epoch milliseconds
 * @param events  number of events that the model was learned from
 * @param users   number of their users
 * @param items   number of their items
 * @param method  with the tuned hyperparameters
 * @param learned how well item vectors explain similarities, and how large these are
 * @param partsLeftOut why parts that were asked for are not in the model, by name
 * @param searches the model's weights
 * @param forYou  those of searches without a text, equal to the others if they were not learned
 * @param newest  time of the newest event, epoch milliseconds
 * @param reused  the model that the weights are those of; null if they are not reused
 * @param resumed what of it an earlier training had done before its node died; empty for nothing
 * @param sample  the part of the log that was learned from; null for all of it
 * @param seconds duration of the training
 */
record TrainingResult(
    int number,
    long time,
    long events,
    long newest,
    long users,
    long items,
    Neighbourhood method,
    ModelBuilder.Learned learned,
    Map<String, String> partsLeftOut,
    LearnedRanking searches,
    LearnedRanking forYou,
    ReusedModel reused,
    Map<String, Object> resumed,
    SampledPart sample,
    double seconds
) {
    /** Returns the description that is stored with the model and returned by REST calls. */
    Map<String, Object> about() {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("number", number);
        about.put("trained", time);
        about.put("events", events);
        about.putAll(ReusedModel.describeNewest(newest));
        about.put("users", users);
        about.put("items", items);
        if (sample != null) {
            about.put("sample", sample.describe());
        }
        about.put("seconds", seconds);
        if (resumed.isEmpty() == false) {
            about.put("resumed", resumed);
        }
        about.putAll(ReusedModel.describe(method));
        about.put("typical_similarity", learned.typicalSimilarity());
        ContentMap.Fit content = learned.content();
        if (content.ridge() > 0) {
            about.put("content", Map.of("items", content.items(), "ridge", content.ridge(), "explained", content.explained()));
        }
        about.putAll(PartMethod.describe(learned.parts(), learned.ratings()));
        if (partsLeftOut.isEmpty() == false) {
            about.put("parts_left_out", partsLeftOut);
        }
        if (reused != null) {
            about.put("weights_of", reused.number());
            if (reused.continued() != null) {
                about.put("continued", reused.continued().networks());
            }
        }
        searches.describe(about);
        if (forYou.equals(searches) == false) {
            Map<String, Object> withoutText = new LinkedHashMap<>();
            forYou.describe(withoutText);
            about.put("for_you", withoutText);
        }
        return about;
    }

    /** The entry of the cluster state for the model when it is active. */
    ActiveModels.Active active() {
        return new ActiveModels.Active(number, (float) method.recencyDecay(), searches.ranking(), forYou.ranking());
    }
}
