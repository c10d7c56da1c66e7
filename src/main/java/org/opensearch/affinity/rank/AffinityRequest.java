package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ObjectParser;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a search asks of personalisation, in {@code rescore.affinity} and {@code ext.affinity} alike. A null was not said.
 *
 * @param tracker     whose profiles
 * @param user        whose profile; not needed where there are recent items, or where the security plugin says who searches
 * @param queryText   what was typed; a query that names one item is left alone
 * @param recent      items of the present session, oldest first: they count as if liked just now
 * @param context     in which circumstances, by name; hour and weekday are the present ones where it says nothing
 * @param excludeSeen whether items of the user's recent history are left out; {@code rescore} cannot
 * @param why         whether each hit is to say why it stands where it stands
 * @param ranking     how the profile counts
 */
public record AffinityRequest(String tracker, String user, String queryText, List<String> recent, Map<String, String> context,
    Boolean excludeSeen, Boolean why, Ranking ranking)
    implements
        Writeable,
        ToXContentObject {
    static final int MAX_RECENT = 50;
    private static final String NAME = "affinity";
    private static final ObjectParser<Said, Void> PARSER = new ObjectParser<>(NAME, Said::new);

    private static final class Said extends Ranking.Said {
        private String tracker;
        private String user;
        private String queryText;
        private List<String> recent = List.of();
        private Map<String, Object> context = Map.of();
        private Boolean excludeSeen;
        private Boolean why;
    }

    static {
        PARSER.declareString((said, value) -> said.tracker = value, new ParseField("tracker"));
        PARSER.declareString((said, value) -> said.user = value, new ParseField("user"));
        PARSER.declareString((said, value) -> said.queryText = value, new ParseField("query_text"));
        PARSER.declareStringArray((said, value) -> said.recent = value, new ParseField("recent"));
        PARSER.declareObject((said, value) -> said.context = value, (p, c) -> p.map(), new ParseField("context"));
        PARSER.declareBoolean((said, value) -> said.excludeSeen = value, new ParseField("exclude_seen"));
        PARSER.declareBoolean((said, value) -> said.why = value, new ParseField("why"));
        Ranking.Said.declare(PARSER);
    }

    /** Every error names the field, the value and what would be right. */
    public AffinityRequest {
        if (user != null && user.isEmpty()) {
            throw new IllegalArgumentException("[affinity] [user] must not be empty");
        }
        if (tracker != null && tracker.isEmpty()) {
            throw new IllegalArgumentException("[affinity] [tracker] must not be empty");
        }
        recent = requireRecent(recent);
        context = Map.copyOf(context);
    }

    /** @throws IllegalArgumentException saying what would be right */
    public static Map<String, String> requireContext(Map<String, Object> said) {
        Map<String, String> context = new TreeMap<>();
        said.forEach((name, value) -> {
            if (value instanceof String == false && value instanceof Number == false) {
                throw new IllegalArgumentException("[affinity] [context." + name + "] must be a string or a number, got [" + value + "]");
            }
            context.put(name, value.toString());
        });
        return context;
    }

    /** @throws IllegalArgumentException saying what would be right */
    public static List<String> requireRecent(List<String> recent) {
        if (recent.size() > MAX_RECENT || recent.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException(
                "[affinity] [recent] must be at most " + MAX_RECENT + " item ids, none of them empty, got [" + recent.size() + "]"
            );
        }
        return List.copyOf(recent);
    }

    public AffinityRequest(StreamInput in) throws IOException {
        this(
            in.readOptionalString(),
            in.readOptionalString(),
            in.readOptionalString(),
            in.readStringList(),
            in.readMap(StreamInput::readString, StreamInput::readString),
            in.readOptionalBoolean(),
            in.readOptionalBoolean(),
            new Ranking(in)
        );
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeOptionalString(tracker);
        out.writeOptionalString(user);
        out.writeOptionalString(queryText);
        out.writeStringCollection(recent);
        out.writeMap(context, StreamOutput::writeString, StreamOutput::writeString);
        out.writeOptionalBoolean(excludeSeen);
        out.writeOptionalBoolean(why);
        ranking.writeTo(out);
    }

    public static AffinityRequest fromXContent(XContentParser parser) {
        Said said = PARSER.apply(parser, null);
        Ranking ranking;
        try {
            ranking = said.ranking();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[affinity] " + e.getMessage(), e);
        }
        Map<String, String> context = requireContext(said.context);
        return new AffinityRequest(said.tracker, said.user, said.queryText, said.recent, context, said.excludeSeen, said.why, ranking);
    }

    /** What this one does not say, the other may. */
    public AffinityRequest orElse(AffinityRequest other) {
        return new AffinityRequest(
            tracker != null ? tracker : other.tracker,
            user != null ? user : other.user,
            queryText != null ? queryText : other.queryText,
            recent.isEmpty() ? other.recent : recent,
            context.isEmpty() ? other.context : context,
            excludeSeen != null ? excludeSeen : other.excludeSeen,
            why != null ? why : other.why,
            ranking.orElse(other.ranking)
        );
    }

    /** This request, if it says which tracker. Whose profile it is may be another's to say. */
    public AffinityRequest complete() {
        if (tracker == null) {
            throw new IllegalArgumentException("[affinity] [tracker] is required: name the tracker whose profiles are to be used");
        }
        return this;
    }

    public AffinityRequest withoutExcludeSeen() {
        return new AffinityRequest(tracker, user, queryText, recent, context, null, why, ranking);
    }

    public boolean asksToExcludeSeen() {
        return Boolean.TRUE.equals(excludeSeen);
    }

    public boolean asksWhy() {
        return Boolean.TRUE.equals(why);
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
        if (queryText != null) {
            builder.field("query_text", queryText);
        }
        if (recent.isEmpty() == false) {
            builder.field("recent", recent);
        }
        if (context.isEmpty() == false) {
            builder.field("context", new TreeMap<>(context));
        }
        if (excludeSeen != null) {
            builder.field("exclude_seen", excludeSeen);
        }
        if (why != null) {
            builder.field("why", why);
        }
        return ranking.toXContent(builder, params).endObject();
    }
}
