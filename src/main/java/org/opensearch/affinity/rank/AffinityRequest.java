package org.opensearch.affinity.rank;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.Parameter;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.tracker.ParameterValues;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a personalised search: those of {@code rescore.affinity}, of {@code ext.affinity}, or of a search pipeline.
 * Immutable.
 */
public record AffinityRequest(ParameterValues values) implements Writeable, ToXContentObject {
    private static final Format FORMAT = Format.first(AffinityRequest.class);

    /** Errors begin with it. */
    public static final FieldPath PATH = FieldPath.body("[affinity] ");

    public AffinityRequest(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private AffinityRequest(Frame in) throws IOException {
        this(new ParameterValues(in));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            values.writeTo(out);
        }
    }

    /** @throws IllegalArgumentException naming the parameter, the value and what would be right */
    public static AffinityRequest parse(XContentParser parser, Place place) throws IOException {
        return new AffinityRequest(ParameterValues.parse(parser, place, PATH));
    }

    /** The same of an object that was parsed already. */
    public static AffinityRequest parse(Map<String, Object> object, Place place) {
        return new AffinityRequest(ParameterValues.parse(object, place, PATH));
    }

    /** A request that only names the tracker. */
    public static AffinityRequest of(String tracker) {
        return new AffinityRequest(new ParameterValues.Builder().set(Parameter.TRACKER, tracker).build());
    }

    /** {@link Parameter#TRACKER}; null if it is not set. */
    public String tracker() {
        return values.get(Parameter.TRACKER);
    }

    /** {@link Parameter#USER}; null if it is not set, as where the security plugin knows the user. */
    public String user() {
        return values.get(Parameter.USER);
    }

    /** {@link Parameter#QUERY_TEXT}; null if it is not set. */
    public String queryText() {
        return values.get(Parameter.QUERY_TEXT);
    }

    /** {@link Parameter#RECENT}; empty if it is not set. */
    public List<String> recent() {
        List<String> recent = values.get(Parameter.RECENT);
        return recent == null ? List.of() : recent;
    }

    /** {@link Parameter#CONTEXT}; empty if it is not set. */
    public Map<String, String> context() {
        Map<String, String> context = values.get(Parameter.CONTEXT);
        return context == null ? Map.of() : context;
    }

    public boolean excludesSeen() {
        return Boolean.TRUE.equals(values.get(Parameter.EXCLUDE_SEEN));
    }

    public boolean asksWhy() {
        return Boolean.TRUE.equals(values.get(Parameter.WHY));
    }

    /** The parameters that a tracker may set as well. */
    public Ranking ranking() {
        return new Ranking(values);
    }

    /** This request, and for parameters that it does not set the other one. */
    public AffinityRequest orElse(AffinityRequest other) {
        return new AffinityRequest(values.orElse(other.values));
    }

    /**
     * This request. A user is not required here: the security plugin may know who searches.
     *
     * @throws IllegalArgumentException if no tracker is set
     */
    public AffinityRequest complete() {
        PATH.field("tracker").require(tracker(), "name the tracker whose profiles are to be used");
        return this;
    }

    /** This request for a rescorer, which leaves no document out. */
    public AffinityRequest withoutExcludeSeen() {
        return new AffinityRequest(values.without(Parameter.EXCLUDE_SEEN));
    }

    /** This request for a caller who may not see what is in the profile. */
    public AffinityRequest withoutWhy() {
        return new AffinityRequest(values.without(Parameter.WHY));
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        return values.toXContent(builder.startObject(), params).endObject();
    }
}
