package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rank.InterestVectors;
import org.opensearch.affinity.rank.RequestContext;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.ParseField;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * The query {@code affinity}: items for a person, without words. The score is the item's affinity for the person's
 * interests, in (0, 1], the one that the rescorer uses; see {@link NearestItems} for which items are found. An unknown
 * user gets nothing from the clause, and so does everybody while profiles cannot be read, with a warning.
 */
public final class AffinityQueryBuilder extends RetrievalQueryBuilder<AffinityQueryBuilder> {
    public static final String NAME = "affinity";

    private static final ConstructingObjectParser<Object[], Void> PARSER = new ConstructingObjectParser<>(NAME, args -> args);
    private static final int OWN = 5;

    static {
        PARSER.declareString(optionalConstructorArg(), new ParseField("tracker"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("user"));
        PARSER.declareBoolean(optionalConstructorArg(), new ParseField("exclude_seen"));
        PARSER.declareStringArray(optionalConstructorArg(), new ParseField("recent"));
        PARSER.declareObject(optionalConstructorArg(), (p, c) -> p.map(), new ParseField("context"));
        KnnParameters.declare(PARSER);
    }

    private final String tracker;
    private final String user;
    private final boolean excludeSeen;
    private final List<String> recent;
    private final Map<String, String> context;

    private AffinityQueryBuilder(
        String tracker,
        String user,
        boolean excludeSeen,
        List<String> recent,
        Map<String, String> context,
        KnnParameters reach
    ) {
        super(reach);
        this.tracker = tracker;
        this.user = user;
        this.excludeSeen = excludeSeen;
        this.recent = recent;
        this.context = context;
    }

    public AffinityQueryBuilder(StreamInput in) throws IOException {
        super(in);
        tracker = in.readString();
        user = in.readOptionalString();
        excludeSeen = in.readBoolean();
        recent = in.readStringList();
        context = in.readMap(StreamInput::readString, StreamInput::readString);
    }

    @Override
    void writeOwn(StreamOutput out) throws IOException {
        out.writeString(tracker);
        out.writeOptionalString(user);
        out.writeBoolean(excludeSeen);
        out.writeStringCollection(recent);
        out.writeMap(context, StreamOutput::writeString, StreamOutput::writeString);
    }

    /** Every error names the field, the value and what would be right. */
    public static AffinityQueryBuilder fromXContent(XContentParser parser) {
        Object[] said = PARSER.apply(parser, null);
        String tracker = required(NAME, "tracker", said[0], "name the tracker whose profiles are to be used");
        boolean excludeSeen = said[2] != null && (boolean) said[2];
        @SuppressWarnings("unchecked")
        List<String> recent = said[3] == null ? List.of() : AffinityRequest.requireRecent((List<String>) said[3]);
        @SuppressWarnings("unchecked")
        Map<String, String> context = said[4] == null ? Map.of() : AffinityRequest.requireContext((Map<String, Object>) said[4]);
        String user = notEmpty(NAME, "user", said[1]);
        return KnnParameters.dress(new AffinityQueryBuilder(tracker, user, excludeSeen, recent, context, KnnParameters.of(NAME, said, OWN)), said, OWN);
    }

    @Override
    void resolve(Client client, ActionListener<Resolved> listener) {
        GetProfileAction.Request get = new GetProfileAction.Request(tracker, user, recent);
        client.execute(UseProfileAction.INSTANCE, get, ActionListener.map(listener, this::resolved));
    }

    private Resolved resolved(GetProfileAction.Response found) {
        if (found.profile() == null) {
            return Resolved.nothing();
        }
        Tracker.Items items = found.tracker().items();
        Ranking ranking = found.tracker().ranking().orElse(Ranking.DEFAULT);
        RequestContext moment = RequestContext.of(found.tracker(), context, System.currentTimeMillis());
        InterestVectors interests = InterestVectors.of(found.profile(), found.tracker(), found.common().space(), ranking, moment);
        List<String> seen = found.profile().history().stream().map(Profile.Seen::item).distinct().toList();
        KnnParameters reach = excludeSeen ? reach().without(items, seen) : reach();
        return Resolved.of(new NearestQueryBuilder(interests, reach, true));
    }

    @Override
    String unavailable() {
        return "[affinity] the profile is not available: the query [affinity] matches nothing";
    }

    @Override
    AffinityQueryBuilder copy() {
        return new AffinityQueryBuilder(tracker, user, excludeSeen, recent, context, reach());
    }

    @Override
    void ownXContent(XContentBuilder builder) throws IOException {
        builder.field("tracker", tracker).field("exclude_seen", excludeSeen);
        if (user != null) {
            builder.field("user", user);
        }
        if (recent.isEmpty() == false) {
            builder.field("recent", recent);
        }
        if (context.isEmpty() == false) {
            builder.field("context", new TreeMap<>(context));
        }
    }

    @Override
    boolean equalsOwn(AffinityQueryBuilder other) {
        return tracker.equals(other.tracker)
            && Objects.equals(user, other.user)
            && excludeSeen == other.excludeSeen
            && recent.equals(other.recent)
            && context.equals(other.context);
    }

    @Override
    int hashOwn() {
        return Objects.hash(tracker, user, excludeSeen, recent, context);
    }

    @Override
    public String getName() {
        return NAME;
    }
}
