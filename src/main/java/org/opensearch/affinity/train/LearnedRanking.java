package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.train.fusion.FusionLearner;
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
 * The ranking of a trained model, and how it was learned.
 *
 * @param ranking the weights
 * @param fusion  how they were learned; null if that was not asked for
 * @param signals names of the values that were weighed, relevance first; null without fusion
 * @param queries what became of the queries to learn from; null without fusion
 */
record LearnedRanking(Ranking ranking, FusionLearner.Result fusion, List<String> signals, QueryCounts queries) {
    /** A ranking that is not learned. */
    static LearnedRanking of(Ranking ranking) {
        return new LearnedRanking(ranking, null, null, null);
    }

    /** Names of the signals that are not weighed because they do not help. */
    List<String> leftOut() {
        return fusion.leftOut().stream().map(signals::get).toList();
    }

    /** Adds the members {@code ranking} and, if weights were learned, {@code fusion}. */
    void describe(Map<String, Object> about) {
        about.put("ranking", map(ranking));
        if (fusion != null) {
            about.put("fusion", describeFusion());
        }
    }

    private Map<String, Object> describeFusion() {
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
        if (fusion.gains().isEmpty() == false && fusion.heldOutExamples() > 0) {
            description.put("gains", gains());
        }
        return description;
    }

    private Map<String, Object> gains() {
        Map<String, Object> gains = new LinkedHashMap<>();
        for (int i = 0; i < signals.size(); i++) {
            Interval gain = fusion.gains().get(i);
            if (gain != null) {
                gains.put(signals.get(i), Map.of("ndcg@10", gain.value(), "ndcg@10_95", bounds(gain)));
            }
        }
        return gains;
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
