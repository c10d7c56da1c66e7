package org.opensearch.affinity.rank;

import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;

import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * What a search asks of personalisation, in {@code rescore.affinity} and {@code ext.affinity} alike. A null was not said.
 *
 * @param tracker    whose profiles
 * @param user       whose profile
 * @param weight     from 0 to {@value #MAX_WEIGHT}: how much affinity counts beside relevance
 * @param windowSize how many of each shard's best documents are scored anew; in {@code rescore} it stands outside
 */
record AffinityRequest(String tracker, String user, Float weight, Integer windowSize) implements Writeable, ToXContentObject {
    static final float DEFAULT_WEIGHT = 2f;
    static final float MAX_WEIGHT = 20f;
    static final int DEFAULT_WINDOW_SIZE = 1_000;
    static final int MAX_WINDOW_SIZE = 10_000;
    private static final String NAME = "affinity";

    // Values are checked once the parser is done: it would wrap the error that says what is wrong.
    private static final ConstructingObjectParser<Object[], Void> PARSER = new ConstructingObjectParser<>(NAME, args -> args);

    static {
        PARSER.declareString(optionalConstructorArg(), new ParseField("tracker"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("user"));
        PARSER.declareFloat(optionalConstructorArg(), new ParseField("weight"));
        PARSER.declareInt(optionalConstructorArg(), new ParseField("window_size"));
    }

    /** Every error names the field, the value and what would be right. */
    AffinityRequest {
        if (weight != null && (weight >= 0 && weight <= MAX_WEIGHT) == false) {
            throw new IllegalArgumentException("[affinity] [weight] must be a number from 0 to 20, got [" + weight + "]");
        }
        if (windowSize != null) {
            requireWindowSize(windowSize);
        }
        if (user != null && user.isEmpty()) {
            throw new IllegalArgumentException("[affinity] [user] must not be empty");
        }
        if (tracker != null && tracker.isEmpty()) {
            throw new IllegalArgumentException("[affinity] [tracker] must not be empty");
        }
    }

    static void requireWindowSize(int windowSize) {
        if (windowSize < 1 || windowSize > MAX_WINDOW_SIZE) {
            throw new IllegalArgumentException("[affinity] [window_size] must be from 1 to 10000, got [" + windowSize + "]");
        }
    }

    AffinityRequest(StreamInput in) throws IOException {
        this(in.readOptionalString(), in.readOptionalString(), in.readOptionalFloat(), in.readOptionalVInt());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeOptionalString(tracker);
        out.writeOptionalString(user);
        out.writeOptionalFloat(weight);
        out.writeOptionalVInt(windowSize);
    }

    static AffinityRequest fromXContent(XContentParser parser) {
        Object[] said = PARSER.apply(parser, null);
        return new AffinityRequest((String) said[0], (String) said[1], (Float) said[2], (Integer) said[3]);
    }

    /** What this one does not say, the other may. */
    AffinityRequest orElse(AffinityRequest defaults) {
        return new AffinityRequest(
            tracker != null ? tracker : defaults.tracker,
            user != null ? user : defaults.user,
            weight != null ? weight : defaults.weight,
            windowSize != null ? windowSize : defaults.windowSize
        );
    }

    /** This request, if it says whose profile of which tracker. */
    AffinityRequest complete() {
        if (tracker == null) {
            throw new IllegalArgumentException("[affinity] [tracker] is required: name the tracker whose profiles are to be used");
        }
        if (user == null) {
            throw new IllegalArgumentException("[affinity] [user] is required: name the user who searches");
        }
        return this;
    }

    float weightOrDefault() {
        return weight != null ? weight : DEFAULT_WEIGHT;
    }

    int windowSizeOrDefault() {
        return windowSize != null ? windowSize : DEFAULT_WINDOW_SIZE;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        if (tracker != null) {
            builder.field("tracker", tracker);
        }
        if (user != null) {
            builder.field("user", user);
        }
        if (weight != null) {
            builder.field("weight", weight);
        }
        if (windowSize != null) {
            builder.field("window_size", windowSize);
        }
        return builder.endObject();
    }
}
