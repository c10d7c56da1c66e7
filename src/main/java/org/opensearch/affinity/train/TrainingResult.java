package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.neighbour.ContentMap;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.affinity.tracker.Ranking;
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
 * What a training left behind.
 *
 * @param number  of the model
 * @param time    when it was done, epoch milliseconds
 * @param events  of the log that it knows
 * @param users   that these are of
 * @param items   that these are about
 * @param method  that was found to fit the log
 * @param content of what estimates for new items were learned
 * @param ranking how its signals are to be weighed
 * @param learned where the weights are from; null where there was nothing to learn them from
 * @param seconds that it took
 */
record TrainingResult(int number, long time, long events, long users, long items, Neighbourhood method, ContentMap.Fit content, Ranking ranking, FusionLearner.Learned learned, double seconds) {
    /** All of it, as it is kept with the model and shown. */
    Map<String, Object> about() {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("number", number);
        about.put("trained", time);
        about.put("events", events);
        about.put("users", users);
        about.put("items", items);
        about.put("seconds", seconds);
        about.put("keep", method.recencyDecay());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("user", method.userExponent());
        settings.put("from", method.fromExponent());
        settings.put("to", method.toExponent());
        settings.put("backward", method.backward());
        settings.put("closeness", method.closeness());
        settings.put("most", method.maxNeighbours());
        about.put("neighbours", settings);
        if (content.ridge() > 0) {
            about.put("content", Map.of("items", content.items(), "ridge", content.ridge(), "explained", content.explained()));
        }
        about.put("ranking", map(ranking));
        if (learned != null) {
            Map<String, Object> fusion = new LinkedHashMap<>();
            fusion.put("accepted", learned.accepted());
            fusion.put("lessons", learned.lessons());
            fusion.put("checks", learned.checks());
            fusion.put("ndcg@10_before", learned.before());
            fusion.put("ndcg@10_after", learned.after());
            if (learned.gained() != null) {
                fusion.put("difference_95", List.of(learned.gained().low(), learned.gained().high()));
                fusion.put("penalty", learned.penalty());
            }
            about.put("fusion", fusion);
        }
        return about;
    }

    private static Map<String, Object> map(Ranking ranking) {
        try (XContentBuilder json = XContentFactory.jsonBuilder().startObject()) {
            BytesReference bytes = BytesReference.bytes(ranking.toXContent(json, ToXContent.EMPTY_PARAMS).endObject());
            return XContentHelper.convertToMap(bytes, true, XContentType.JSON).v2();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
    }
}
