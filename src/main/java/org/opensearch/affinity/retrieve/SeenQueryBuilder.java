package org.opensearch.affinity.retrieve;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.SetOnce;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.core.ParseField;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The query {@code affinity_seen}: items of a user's recent history and of the present session, to be left
 * out with {@code must_not}. The coordinator makes a query by id of it; an unknown user has seen nothing, and so has one
 * whose profile is not available.
 */
public final class SeenQueryBuilder extends AbstractQueryBuilder<SeenQueryBuilder> {
    public static final String NAME = "affinity_seen";
    private static final Logger LOGGER = LogManager.getLogger(SeenQueryBuilder.class);
    private static final ObjectParser<Said, Void> PARSER = new ObjectParser<>(NAME, Said::new);

    private static final class Said {
        private String tracker;
        private String user;
        private List<String> recent = List.of();
        private float boost = DEFAULT_BOOST;
        private String name;
    }

    static {
        PARSER.declareString((said, value) -> said.tracker = value, new ParseField("tracker"));
        PARSER.declareString((said, value) -> said.user = value, new ParseField("user"));
        PARSER.declareStringArray((said, value) -> said.recent = value, new ParseField("recent"));
        PARSER.declareFloat((said, value) -> said.boost = value, BOOST_FIELD);
        PARSER.declareString((said, value) -> said.name = value, NAME_FIELD);
    }

    private final String tracker;
    private final String user;
    private final List<String> recent;
    private final Supplier<QueryBuilder> pending;

    /**
     * @param user   null where the security plugin says it, or for somebody without an account
     * @param recent items of the present session
     */
    public SeenQueryBuilder(String tracker, String user, List<String> recent) {
        this(tracker, user, recent, null);
    }

    private SeenQueryBuilder(String tracker, String user, List<String> recent, Supplier<QueryBuilder> pending) {
        if (tracker == null || tracker.isEmpty()) {
            throw new IllegalArgumentException("[" + NAME + "] [tracker] is required: name the tracker whose profiles are to be used");
        }
        if (user != null && user.isEmpty()) {
            throw new IllegalArgumentException("[" + NAME + "] [user] must not be empty");
        }
        this.tracker = tracker;
        this.user = user;
        this.recent = AffinityRequest.requireRecent(recent);
        this.pending = pending;
    }

    public SeenQueryBuilder(StreamInput in) throws IOException {
        super(in);
        tracker = in.readString();
        user = in.readOptionalString();
        recent = in.readStringList();
        pending = null;
    }

    @Override
    protected void doWriteTo(StreamOutput out) throws IOException {
        if (pending != null) {
            throw new IllegalStateException("the profile is not there yet: rewrite before sending");
        }
        out.writeString(tracker);
        out.writeOptionalString(user);
        out.writeStringCollection(recent);
    }

    public static SeenQueryBuilder fromXContent(XContentParser parser) {
        Said said = PARSER.apply(parser, null);
        return new SeenQueryBuilder(said.tracker, said.user, said.recent).boost(said.boost).queryName(said.name);
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME).field("tracker", tracker);
        if (user != null) {
            builder.field("user", user);
        }
        if (recent.isEmpty() == false) {
            builder.field("recent", recent);
        }
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    protected QueryBuilder doRewrite(QueryRewriteContext context) {
        if (pending != null) {
            QueryBuilder seen = pending.get();
            return seen == null ? this : seen.boost(boost()).queryName(queryName());
        }
        SetOnce<QueryBuilder> seen = new SetOnce<>();
        context.registerAsyncAction((client, listener) -> fetch(client, seen, listener));
        return new SeenQueryBuilder(tracker, user, recent, seen::get).boost(boost()).queryName(queryName());
    }

    private void fetch(Client client, SetOnce<QueryBuilder> seen, ActionListener<?> listener) {
        GetProfileAction.Request get = new GetProfileAction.Request(tracker, user, recent);
        client.execute(UseProfileAction.INSTANCE, get, ActionListener.wrap(found -> {
            List<Profile.Seen> history = found.profile() == null ? List.of() : found.profile().history();
            seen.set(byId(found.tracker().items().idField(), history.stream().map(Profile.Seen::item).distinct().toList()));
            listener.onResponse(null);
        }, e -> {
            if (RankNode.isCallersFault(e)) {
                listener.onFailure(e);
                return;
            }
            LOGGER.debug("profile of tracker [{}] not available", tracker, RedactedException.of(e));
            HeaderWarning.addWarning("[affinity] the profile is not available: items that the user has seen are not known");
            seen.set(new MatchNoneQueryBuilder());
            listener.onResponse(null);
        }));
    }

    private static QueryBuilder byId(String field, List<String> items) {
        if (items.isEmpty()) {
            return new MatchNoneQueryBuilder();
        }
        return field.equals("_id") ? QueryBuilders.idsQuery().addIds(items.toArray(String[]::new)) : QueryBuilders.termsQuery(field, items);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) {
        throw new IllegalStateException("the profile was not fetched: [" + NAME + "] works in searches that a coordinator rewrites");
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    protected boolean doEquals(SeenQueryBuilder other) {
        return tracker.equals(other.tracker) && Objects.equals(user, other.user) && recent.equals(other.recent) && pending == other.pending;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(tracker, user, recent, System.identityHashCode(pending));
    }
}
