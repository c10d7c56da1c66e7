package org.opensearch.affinity.retrieve;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.search.Query;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.profile.ExplainProfileAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RewrittenSearch;
import org.opensearch.affinity.tracker.Parameter;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The query {@code affinity_seen}: items of the user's history and of the current session, to be left out with {@code must_not}. The
 * coordinator replaces it by an {@link ItemsQueryBuilder}; equal clauses of a search share one look-up. It matches nothing for unknown
 * users. If the profile cannot be read in time, it matches nothing and the search has a warning. Elsewhere than below a {@code must_not}
 * of the search's query it shows what the user has seen, for which the caller needs the permission of {@link ExplainProfileAction}.
 */
public final class SeenQueryBuilder extends AbstractQueryBuilder<SeenQueryBuilder> {
    private static final Format FORMAT = Format.first(SeenQueryBuilder.class);
    public static final String NAME = "affinity_seen";
    private static final Logger LOGGER = LogManager.getLogger(SeenQueryBuilder.class);
    private static final String UNAVAILABLE = "[affinity] the profile is not available: items that the user has seen are not known";
    private static final String NOT_EXPLAINED = "[affinity_seen] outside of [must_not] shows what a user has seen, which needs the "
        + "permission ["
        + ExplainProfileAction.NAME
        + "]";
    private static final FieldPath PATH = FieldPath.body("[" + NAME + "] ");

    /** The query as it was sent. */
    private static final class Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            PARSER.declare("tracker", Parameter.TRACKER.reader(), (b, value) -> b.tracker = value);
            PARSER.declare("user", Parameter.USER.reader(), (b, value) -> b.user = value);
            PARSER.declare("recent", Parameter.RECENT.reader(), (b, value) -> b.recent = value);
            PARSER.declare(KnnParameters.BOOST_NAME, KnnParameters.BOOST, (b, value) -> b.boost = value.floatValue());
            PARSER.declare(KnnParameters.NAME_NAME, Values.STRING, (b, value) -> b.name = value);
        }

        private String tracker;
        private String user;
        private List<String> recent = List.of();
        private float boost = DEFAULT_BOOST;
        private String name;

        private SeenQueryBuilder build() {
            PATH.field("tracker").require(tracker, "name the tracker whose profiles are to be used");
            return new SeenQueryBuilder(tracker, user, recent).boost(boost).queryName(name);
        }
    }

    private final String tracker;
    private final String user;
    private final List<String> recent;
    /** Null before the profile is asked for; gives null until it is there. */
    private final Supplier<Seen> pending;

    /**
     * The result of a look-up.
     *
     * @param field that holds the items' ids
     */
    private record Seen(String field, List<String> items, List<String> warnings) {
        /** A new query for the items. */
        QueryBuilder query() {
            return items.isEmpty() ? new MatchNoneQueryBuilder() : new ItemsQueryBuilder(field, items);
        }
    }

    /**
     * @param user   null where the security plugin knows the user, or for a user without an account
     * @param recent items of the current session
     */
    public SeenQueryBuilder(String tracker, String user, List<String> recent) {
        this(tracker, user, recent, null);
    }

    private SeenQueryBuilder(String tracker, String user, List<String> recent, Supplier<Seen> pending) {
        this.tracker = tracker;
        this.user = user;
        this.recent = recent;
        this.pending = pending;
    }

    public SeenQueryBuilder(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        tracker = in.readString();
        user = in.readOptionalString();
        recent = in.readStringList();
        pending = null;
    }

    @Override
    protected void doWriteTo(StreamOutput to) throws IOException {
        if (pending != null) {
            throw new IllegalStateException("the profile is not fetched yet: rewrite before sending");
        }
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(tracker);
            out.writeOptionalString(user);
            out.writeStringCollection(recent);
        }
    }

    /** @throws IllegalArgumentException naming the field, the value and what would be right */
    public static SeenQueryBuilder fromXContent(XContentParser parser) throws IOException {
        return Builder.PARSER.parse(parser, PATH).build();
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
            Seen seen = pending.get();
            if (seen == null) {
                return this;
            }
            // Not where they arise: of several look-ups, only the thread context of the last one continues with the search.
            seen.warnings.forEach(HeaderWarning::addWarning);
            return seen.query().boost(boost()).queryName(queryName());
        }
        RetrievalQueryBuilder.requireCoordinator(context, NAME);
        boolean shows = RewrittenSearch.onlyExcludes(context, this) == false;
        Clause clause = new Clause(tracker, user, recent, shows);
        Supplier<Seen> lookUp = SharedLookUps.of(context, clause, clause::fetch);
        return new SeenQueryBuilder(tracker, user, recent, lookUp).boost(boost()).queryName(queryName());
    }

    /**
     * The key of a look-up that equal clauses share.
     *
     * @param shows whether the search can show what the user has seen, and not only leave it out
     */
    private record Clause(String tracker, String user, List<String> recent, boolean shows) {
        private void fetch(Client client, ActionListener<Seen> listener) {
            GetProfileAction.Request use = new GetProfileAction.Request(tracker, user, recent);
            client.execute(UseProfileAction.INSTANCE, shows ? use.explaining() : use, ActionListener.wrap(found -> {
                if (shows && found.isExplained() == false) {
                    throw new OpenSearchStatusException(NOT_EXPLAINED, RestStatus.FORBIDDEN);
                }
                List<Profile.Seen> history = found.profile() == null ? List.of() : found.profile().history();
                List<String> items = history.stream().map(Profile.Seen::item).distinct().toList();
                listener.onResponse(new Seen(found.tracker().items().idField(), items, List.of()));
            }, e -> {
                if (RankNode.isCallersFault(e)) {
                    listener.onFailure(e);
                    return;
                }
                LOGGER.debug("profile of tracker [{}] not available", tracker, RedactedException.of(e));
                listener.onResponse(new Seen("_id", List.of(), List.of(UNAVAILABLE)));
            }));
        }
    }

    @Override
    protected Query doToQuery(QueryShardContext context) {
        throw RetrievalQueryBuilder.onShard(context, NAME);
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
