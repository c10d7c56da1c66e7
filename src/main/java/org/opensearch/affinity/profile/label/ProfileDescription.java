package org.opensearch.affinity.profile.label;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.InterestTimeline;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.label.InterestLabels.Label;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A user's profile in words and numbers for people: interests with labels and examples, their weights over time, and the newest events. The
 * profile may be shared by the profile cache and is only read.
 */
public final class ProfileDescription extends ActionResponse implements ToXContentObject {
    /** Format 2 has concepts, format 3 segments. */
    private static final Format FORMAT = Format.first(ProfileDescription.class).withField(2).withField(3);
    private static final int CONTEXT_VALUES = 3;
    /** Further digits would change between two requests, because weights decay. */
    private static final MathContext DIGITS = new MathContext(3);

    private final Tracker tracker;
    private final String user;
    private final Profile profile;
    private final List<Label> labels;
    private final InterestTimeline timeline;
    private final long now;
    private final List<Interest> interests;
    private final LabelledGroups concepts;
    private final LabelledGroups segments;

    /**
     * @param user     the name in the request, of which the profile may hold a pseudonym
     * @param labels   of the interests, heaviest first
     * @param timeline of the interests, heaviest first
     * @param now      epoch milliseconds
     * @param concepts of the active model; null without a model, empty for a model without concepts
     * @param segments the same of its segments
     */
    ProfileDescription(
        Tracker tracker,
        String user,
        Profile profile,
        List<Label> labels,
        InterestTimeline timeline,
        long now,
        LabelledGroups concepts,
        LabelledGroups segments
    ) {
        this.segments = segments;
        this.concepts = concepts;
        this.tracker = tracker;
        this.user = user;
        this.profile = profile;
        this.labels = labels;
        this.timeline = timeline;
        this.now = now;
        interests = profile.heaviestFirst(tracker.decay());
    }

    ProfileDescription(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private ProfileDescription(Frame in) throws IOException {
        this(
            new Tracker(in),
            in.readString(),
            new Profile(in),
            in.readList(Label::read),
            new InterestTimeline(in.readList(StreamInput::readLong), in.readList(weights -> weights.readList(StreamInput::readDouble))),
            in.readVLong(),
            in.format() < 2 ? null : in.readOptionalWriteable(LabelledGroups::new),
            in.format() < 3 ? null : in.readOptionalWriteable(LabelledGroups::new)
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            tracker.writeTo(out);
            out.writeString(user);
            profile.writeTo(out);
            out.writeCollection(labels, (stream, label) -> label.write(stream));
            out.writeCollection(timeline.times(), StreamOutput::writeLong);
            out.writeCollection(timeline.weights(), (each, weights) -> each.writeCollection(weights, StreamOutput::writeDouble));
            out.writeVLong(now);
            out.writeOptionalWriteable(concepts);
            out.writeOptionalWriteable(segments);
        }
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("tracker", tracker.name()).field("user", user);
        builder.field("events", profile.events()).field("last_event", time(profile.lastEvent()));
        builder.field("confidence", rounded(profile.confidence()));
        double total = interests.stream().mapToDouble(this::weight).sum();
        builder.startArray("interests");
        for (int i = 0; i < interests.size(); i++) {
            interest(builder, i, total);
        }
        builder.endArray();
        for (LabelledGroups groups : Arrays.asList(concepts, segments)) {
            if (groups != null && groups.isEmpty() == false) {
                groups.ofUser(builder);
            }
        }
        builder.startArray("history");
        for (Profile.Seen seen : profile.history()) {
            builder.startObject().field("item", seen.item()).field("action", seen.action()).field("time", time(seen.time())).endObject();
        }
        return builder.endArray().endObject();
    }

    private void interest(XContentBuilder builder, int i, double total) throws IOException {
        Interest interest = interests.get(i);
        double weight = weight(interest);
        builder.startObject().field("number", i + 1).field("label", labels.get(i).text()).field("liked", interest.liked());
        builder.field("share", weight / total).field("weight", weight);
        builder.field("weight_now", rounded(interest.weightAt(now, tracker.decay())));
        builder.field("session_weight", interest.sessionWeight());
        builder.field("last_seen", time(interest.lastSeen())).field("events", interest.events());
        builder.startArray("over_time");
        for (int moment = 0; moment < timeline.times().size(); moment++) {
            builder.startObject().field("time", time(timeline.times().get(moment)));
            builder.field("weight", rounded(timeline.weights().get(i).get(moment))).endObject();
        }
        builder.endArray();
        contexts(builder, interest);
        examples(builder, interest, labels.get(i).titles());
        builder.endObject();
    }

    /** Writes, for each context, the values that have the largest shares of the interest's weight. */
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

    /** The weight at the time of the profile's newest event. */
    private double weight(Interest interest) {
        return interest.weightAt(profile.lastEvent(), tracker.decay());
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    static double rounded(double value) {
        return new BigDecimal(value).round(DIGITS).doubleValue();
    }
}
