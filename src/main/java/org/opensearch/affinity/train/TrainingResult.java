package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.learn.neighbour.ContentMap;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.train.fusion.FusionLearner;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.sample.SampledPart;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
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
 * @param ranking the model's weights
 * @param reused  the model that they are those of; null if they are not reused
 * @param fusion  how the weights were learned; null if that was not asked for
 * @param queries what became of the queries to learn them from
 * @param sample  the part of the log that was learned from; null for all of it
 * @param seconds duration of the training
 */
record TrainingResult(
    int number,
    long time,
    long events,
    long users,
    long items,
    Neighbourhood method,
    ModelBuilder.Learned learned,
    Map<String, String> partsLeftOut,
    Ranking ranking,
    ReusedModel reused,
    FusionLearner.Result fusion,
    QueryCounts queries,
    SampledPart sample,
    double seconds
) {
    /** Returns the description that is stored with the model and returned by REST calls. */
    Map<String, Object> about() {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("number", number);
        about.put("trained", time);
        about.put("events", events);
        about.put("users", users);
        about.put("items", items);
        if (sample != null) {
            about.put("sample", sample.describe());
        }
        about.put("seconds", seconds);
        about.putAll(ReusedModel.describe(method));
        about.put("typical_similarity", learned.typicalSimilarity());
        ContentMap.Fit content = learned.content();
        if (content.ridge() > 0) {
            about.put("content", Map.of("items", content.items(), "ridge", content.ridge(), "explained", content.explained()));
        }
        if (learned.parts().isEmpty() == false) {
            about.putAll(PartMethod.describe(learned.parts()));
        }
        if (partsLeftOut.isEmpty() == false) {
            about.put("parts_left_out", partsLeftOut);
        }
        about.put("ranking", map(ranking));
        if (reused != null) {
            about.put("weights_of", reused.number());
        }
        if (fusion != null) {
            about.put("fusion", describe(fusion, queries));
        }
        return about;
    }

    /** The entry of the cluster state for the model when it is active. */
    ActiveModels.Active active() {
        return new ActiveModels.Active(number, (float) method.recencyDecay(), ranking);
    }

    private static Map<String, Object> describe(FusionLearner.Result fusion, QueryCounts queries) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("accepted", fusion.accepted());
        if (fusion.accepted() == false) {
            description.put("reason", fusion.reason());
        }
        description.put("queries", queries.describe());
        description.put("lessons", fusion.trainingExamples());
        description.put("checks", fusion.heldOutExamples());
        if (fusion.heldOutExamples() > 0) {
            description.put("ndcg@10_before", fusion.before().value());
            description.put("ndcg@10_before_95", bounds(fusion.before()));
            description.put("ndcg@10_after", fusion.after().value());
            description.put("ndcg@10_after_95", bounds(fusion.after()));
        }
        if (fusion.difference() != null && fusion.heldOutExamples() > 0) {
            description.put("difference_95", bounds(fusion.difference()));
        }
        if (fusion.shaped() != null && fusion.heldOutExamples() > 0) {
            Map<String, Object> shape = new LinkedHashMap<>();
            shape.put("accepted", fusion.shape() != null);
            shape.put("ndcg@10", fusion.shaped().value());
            shape.put("ndcg@10_95", bounds(fusion.shaped()));
            shape.put("difference_95", bounds(fusion.shapeDifference()));
            description.put("shape", shape);
        }
        if (fusion.difference() != null) {
            description.put("penalty", fusion.penalty());
        }
        return description;
    }

    private static List<Double> bounds(Interval interval) {
        return List.of(interval.low(), interval.high());
    }

    private static Map<String, Object> map(Ranking ranking) {
        try (XContentBuilder json = XContentFactory.jsonBuilder().startObject()) {
            BytesReference bytes = BytesReference.bytes(ranking.toXContent(json, ToXContent.EMPTY_PARAMS).endObject());
            return XContentHelper.convertToMap(bytes, true, XContentType.JSON).v2();
        } catch (IOException e) {
            throw new IllegalStateException("cannot write JSON to memory", e);
        }
    }
}
