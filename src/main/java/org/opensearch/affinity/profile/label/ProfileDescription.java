package org.opensearch.affinity.profile.label;

import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.InterestTimeline;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.label.InterestLabels.Label;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A profile as people are shown it.
 *
 * @param user      by the name that was asked for
 * @param interests of the profile, in the order they are shown in, as are labels and course
 * @param now       epoch milliseconds
 */
public record ProfileDescription(Tracker tracker, String user, Profile profile, List<Interest> interests, List<Label> labels, InterestTimeline course, long now)
    implements
        ToXContentObject {

    private static final int CONTEXT_VALUES = 3;
    /** More digits would change while one looks. */
    private static final MathContext DIGITS = new MathContext(3);

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("tracker", tracker.name()).field("user", user);
        builder.field("events", profile.events()).field("last_event", time(profile.lastEvent()));
        builder.field("confidence", rounded(profile.confidence()));
        double total = interests.stream().mapToDouble(interest -> weight(interest, profile.lastEvent())).sum();
        builder.startArray("interests");
        for (int i = 0; i < interests.size(); i++) {
            interest(builder, i, total);
        }
        builder.endArray().startArray("history");
        for (Profile.Seen seen : profile.history()) {
            builder.startObject().field("item", seen.item()).field("action", seen.action()).field("time", time(seen.time())).endObject();
        }
        return builder.endArray().endObject();
    }

    private void interest(XContentBuilder builder, int i, double total) throws IOException {
        Interest interest = interests.get(i);
        double weight = weight(interest, profile.lastEvent());
        builder.startObject().field("number", i + 1).field("label", labels.get(i).text()).field("liked", interest.liked());
        builder.field("share", weight / total).field("weight", weight).field("weight_now", rounded(weight(interest, now)));
        builder.field("session_weight", interest.sessionWeight());
        builder.field("last_seen", time(interest.lastSeen())).field("events", interest.events());
        builder.startArray("over_time");
        for (int moment = 0; moment < course.times().size(); moment++) {
            builder.startObject().field("time", time(course.times().get(moment)));
            builder.field("weight", rounded(course.weights().get(i).get(moment))).endObject();
        }
        builder.endArray();
        contexts(builder, interest);
        examples(builder, interest, labels.get(i).titles());
        builder.endObject();
    }

    /** By name, the values in which most of the interest was shown, and how much of it. */
    private static void contexts(XContentBuilder builder, Interest interest) throws IOException {
        Map<String, Map<String, Float>> byName = new TreeMap<>();
        interest.contexts().forEach((context, weight) -> {
            int equals = context.indexOf('=');
            byName.computeIfAbsent(context.substring(0, equals), name -> new TreeMap<>()).put(context.substring(equals + 1), weight);
        });
        builder.startObject("contexts");
        for (Map.Entry<String, Map<String, Float>> name : byName.entrySet()) {
            Comparator<Map.Entry<String, Float>> heaviest = Comparator.comparingDouble(value -> -value.getValue());
            builder.startObject(name.getKey());
            for (Map.Entry<String, Float> value : name.getValue().entrySet().stream().sorted(heaviest).limit(CONTEXT_VALUES).toList()) {
                builder.field(value.getKey(), rounded(Math.min(1, value.getValue() / interest.weight())));
            }
            builder.endObject();
        }
        builder.endObject();
    }

    private static void examples(XContentBuilder builder, Interest interest, Map<String, String> titles) throws IOException {
        builder.startArray("examples");
        for (Interest.Example example : interest.examples()) {
            builder.startObject().field("item", example.item());
            if (titles.containsKey(example.item())) {
                builder.field("title", titles.get(example.item()));
            }
            builder.field("share", rounded(Math.min(1, example.weight() / interest.weight()))).endObject();
        }
        builder.endArray();
    }

    private double weight(Interest interest, long time) {
        return interest.weightAt(time, tracker.decay());
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(DIGITS).doubleValue();
    }
}
