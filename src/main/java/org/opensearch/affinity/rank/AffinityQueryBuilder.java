package org.opensearch.affinity.rank;

import org.opensearch.affinity.track.GetProfileAction;
import org.opensearch.affinity.track.Profile;
import org.opensearch.affinity.track.Tracker;
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
import java.util.Objects;

import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * The query {@code affinity}: items for a person, without words. The score is the item's affinity for the person's
 * interests, in (0, 1], the one that the rescorer uses; see {@link NearestItems} for which items are found. An unknown
 * user gets nothing from the clause, and so does everybody while profiles cannot be read, with a warning.
 */
public final class AffinityQueryBuilder extends RetrievalQueryBuilder<AffinityQueryBuilder> {
    public static final String NAME = "affinity";

    private static final ConstructingObjectParser<Object[], Void> PARSER = new ConstructingObjectParser<>(NAME, args -> args);
    private static final int OWN = 3;

    static {
        PARSER.declareString(optionalConstructorArg(), new ParseField("tracker"));
        PARSER.declareString(optionalConstructorArg(), new ParseField("user"));
        PARSER.declareBoolean(optionalConstructorArg(), new ParseField("exclude_seen"));
        Reach.declare(PARSER);
    }

    private final String tracker;
    private final String user;
    private final boolean excludeSeen;

    private AffinityQueryBuilder(String tracker, String user, boolean excludeSeen, Reach reach) {
        super(reach);
        this.tracker = tracker;
        this.user = user;
        this.excludeSeen = excludeSeen;
    }

    public AffinityQueryBuilder(StreamInput in) throws IOException {
        super(in);
        tracker = in.readString();
        user = in.readString();
        excludeSeen = in.readBoolean();
    }

    @Override
    void writeOwn(StreamOutput out) throws IOException {
        out.writeString(tracker);
        out.writeString(user);
        out.writeBoolean(excludeSeen);
    }

    /** Every error names the field, the value and what would be right. */
    public static AffinityQueryBuilder fromXContent(XContentParser parser) {
        Object[] said = PARSER.apply(parser, null);
        String tracker = required(NAME, "tracker", said[0], "name the tracker whose profiles are to be used");
        String user = required(NAME, "user", said[1], "name the user whom the items are for");
        boolean excludeSeen = said[2] != null && (boolean) said[2];
        return Reach.dress(new AffinityQueryBuilder(tracker, user, excludeSeen, Reach.of(NAME, said, OWN)), said, OWN);
    }

    @Override
    void resolve(Client client, ActionListener<Resolved> listener) {
        GetProfileAction.Request get = new GetProfileAction.Request(tracker, user, AffinityRescorerBuilder.PROFILE_TIMEOUT);
        client.execute(GetProfileAction.INSTANCE, get, ActionListener.map(listener, this::resolved));
    }

    private Resolved resolved(GetProfileAction.Response found) {
        if (found.profile() == null) {
            return Resolved.nothing();
        }
        Tracker.Items items = found.tracker().items();
        Interests interests = Interests.of(found.profile(), items.vectorField(), found.tracker().decay(), found.centre());
        List<String> seen = found.profile().history().stream().map(Profile.Seen::item).distinct().toList();
        Reach reach = excludeSeen ? reach().without(items, seen) : reach();
        return Resolved.of(new NearestQueryBuilder(interests, reach, true));
    }

    @Override
    String unavailable() {
        return "[affinity] the profile is not available: the query [affinity] matches nothing";
    }

    @Override
    AffinityQueryBuilder copy() {
        return new AffinityQueryBuilder(tracker, user, excludeSeen, reach());
    }

    @Override
    void ownXContent(XContentBuilder builder) throws IOException {
        builder.field("tracker", tracker).field("user", user).field("exclude_seen", excludeSeen);
    }

    @Override
    boolean equalsOwn(AffinityQueryBuilder other) {
        return tracker.equals(other.tracker) && user.equals(other.user) && excludeSeen == other.excludeSeen;
    }

    @Override
    int hashOwn() {
        return Objects.hash(tracker, user, excludeSeen);
    }

    @Override
    public String getName() {
        return NAME;
    }
}
