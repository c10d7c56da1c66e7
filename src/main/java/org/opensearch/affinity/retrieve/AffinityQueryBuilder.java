package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.profile.ExplainProfileAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.rank.DimensionWarnings;
import org.opensearch.affinity.rank.interest.InterestVectors;
import org.opensearch.affinity.rank.interest.RequestContext;
import org.opensearch.affinity.tracker.Parameter;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The query {@code affinity}: items for a user, without a text. The score is the item's affinity to the user's interests, in (0, 1], as in
 * the rescorer; see {@link NearestItems} for which items are found. It matches nothing for unknown users. If the profile cannot be read in
 * time, it matches nothing and the search has a warning.
 */
public final class AffinityQueryBuilder extends RetrievalQueryBuilder<AffinityQueryBuilder> {
    private static final Format FORMAT = Format.first(AffinityQueryBuilder.class);
    public static final String NAME = "affinity";
    private static final String NOT_EXPLAINED = "[affinity] the example items of explanations are left out: they need the permission ["
        + ExplainProfileAction.NAME
        + "]";
    private static final FieldPath PATH = FieldPath.body("[" + NAME + "] ");

    /** The query as it was sent. */
    private static final class Builder extends KnnParameters.Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            PARSER.declare("tracker", Parameter.TRACKER.reader(), (b, value) -> b.tracker = value);
            PARSER.declare("user", Parameter.USER.reader(), (b, value) -> b.user = value);
            PARSER.declare("exclude_seen", Parameter.EXCLUDE_SEEN.reader(), (b, value) -> b.excludeSeen = value);
            PARSER.declare("recent", Parameter.RECENT.reader(), (b, value) -> b.recent = value);
            PARSER.declare("context", Parameter.CONTEXT.reader(), (b, value) -> b.context = value);
            KnnParameters.Builder.declare(PARSER);
        }

        private String tracker;
        private String user;
        private boolean excludeSeen;
        private List<String> recent = List.of();
        private Map<String, String> context = Map.of();

        private AffinityQueryBuilder build() {
            PATH.field("tracker").require(tracker, "name the tracker whose profiles are to be used");
            return named(new AffinityQueryBuilder(tracker, user, excludeSeen, recent, context, knn()));
        }
    }

    private final String tracker;
    private final String user;
    private final boolean excludeSeen;
    private final List<String> recent;
    private final Map<String, String> context;

    /** @param user null where the security plugin knows the user, or for a user without an account */
    private AffinityQueryBuilder(
        String tracker,
        String user,
        boolean excludeSeen,
        List<String> recent,
        Map<String, String> context,
        KnnParameters knn
    ) {
        super(knn);
        this.tracker = tracker;
        this.user = user;
        this.excludeSeen = excludeSeen;
        this.recent = recent;
        this.context = context;
    }

    public AffinityQueryBuilder(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        tracker = in.readString();
        user = in.readOptionalString();
        excludeSeen = in.readBoolean();
        recent = in.readStringList();
        context = in.readMap(StreamInput::readString, StreamInput::readString);
    }

    @Override
    void writeOwn(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(tracker);
            out.writeOptionalString(user);
            out.writeBoolean(excludeSeen);
            out.writeStringCollection(recent);
            out.writeMap(context, StreamOutput::writeString, StreamOutput::writeString);
        }
    }

    /** @throws IllegalArgumentException naming the field, the value and what would be right */
    public static AffinityQueryBuilder fromXContent(XContentParser parser) throws IOException {
        return Builder.PARSER.parse(parser, PATH).build();
    }

    @Override
    void resolve(Client client, ActionListener<Resolved> listener) {
        GetProfileAction.Request search = new GetProfileAction.Request(tracker, user, recent);
        GetProfileAction.Request get = isExplained() ? search.explaining() : search;
        client.execute(UseProfileAction.INSTANCE, get, ActionListener.map(listener, this::resolved));
    }

    private Resolved resolved(GetProfileAction.Response found) {
        if (found.profile() == null) {
            return Resolved.nothing();
        }
        TrackedItems items = found.tracker().items();
        Ranking ranking = found.tracker().ranking().orElse(Ranking.DEFAULT);
        RequestContext now = RequestContext.of(found.tracker(), context, System.currentTimeMillis());
        InterestVectors interests = InterestVectors.of(found.profile(), found.tracker(), found.common().space(), ranking, now);
        List<String> seen = found.profile().history().stream().map(Profile.Seen::item).distinct().toList();
        KnnParameters knn = excludeSeen ? knn().without(items, seen) : knn();
        InterestVectors shown = found.isExplained() ? interests : interests.withoutExamples();
        List<String> warnings = new ArrayList<>(DimensionWarnings.ofProfile(found.profile(), found.tracker()));
        if (isExplained() && found.isExplained() == false) {
            warnings.add(NOT_EXPLAINED);
        }
        return new Resolved(new NearestQueryBuilder(shown, knn, true), warnings);
    }

    @Override
    String unavailable() {
        return "[affinity] the profile is not available: the query [affinity] matches nothing";
    }

    @Override
    AffinityQueryBuilder copy() {
        return new AffinityQueryBuilder(tracker, user, excludeSeen, recent, context, knn());
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
