package org.opensearch.affinity.rank;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.util.SetOnce;
import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.track.GetProfileAction;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.rescore.RescoreContext;
import org.opensearch.search.rescore.RescorerBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The rescorer {@code affinity}. The coordinator's first rewrite fetches the profile, once a search, without blocking; the
 * next puts the interests in place, and so they travel to the shards. A profile that cannot be read or comes too late costs
 * the personalisation and a warning, never the search.
 */
public final class AffinityRescorerBuilder extends RescorerBuilder<AffinityRescorerBuilder> {
    public static final String NAME = "affinity";
    private static final Logger LOGGER = LogManager.getLogger(AffinityRescorerBuilder.class);
    static final TimeValue PROFILE_TIMEOUT = TimeValue.timeValueMillis(50);

    private final AffinityRequest request;
    private final Supplier<Interests> pending;
    private final Interests interests;

    AffinityRescorerBuilder(AffinityRequest request) {
        this(request.complete(), null, null);
        windowSize(request.windowSizeOrDefault());
    }

    private AffinityRescorerBuilder(AffinityRequest request, Supplier<Interests> pending, Interests interests) {
        this.request = request;
        this.pending = pending;
        this.interests = interests;
    }

    public AffinityRescorerBuilder(StreamInput in) throws IOException {
        super(in);
        request = new AffinityRequest(in);
        interests = in.readOptionalWriteable(Interests::new);
        pending = null;
    }

    @Override
    protected void doWriteTo(StreamOutput out) throws IOException {
        if (pending != null) {
            throw new IllegalStateException("the profile is not there yet: rewrite before sending");
        }
        request.writeTo(out);
        out.writeOptionalWriteable(interests);
    }

    public static AffinityRescorerBuilder fromXContent(XContentParser parser) {
        AffinityRequest request = AffinityRequest.fromXContent(parser);
        if (request.windowSize() != null) {
            throw new IllegalArgumentException("[affinity] [window_size] stands beside [affinity] in [rescore], not in it");
        }
        return new AffinityRescorerBuilder(request);
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field(NAME);
        request.toXContent(builder, params);
    }

    @Override
    public RescorerBuilder<AffinityRescorerBuilder> rewrite(QueryRewriteContext context) {
        if (interests != null) {
            return this;
        }
        AffinityRequest.requireWindowSize(windowSize);
        if (pending != null) {
            Interests fetched = pending.get();
            return fetched == null ? this : copy(null, fetched);
        }
        SetOnce<Interests> fetched = new SetOnce<>();
        context.registerAsyncAction((client, listener) -> fetch(client, fetched, listener));
        return copy(fetched::get, null);
    }

    private AffinityRescorerBuilder copy(Supplier<Interests> newPending, Interests newInterests) {
        return new AffinityRescorerBuilder(request, newPending, newInterests).windowSize(windowSize);
    }

    private void fetch(Client client, SetOnce<Interests> fetched, ActionListener<?> listener) {
        GetProfileAction.Request get = new GetProfileAction.Request(request.tracker(), request.user(), PROFILE_TIMEOUT);
        client.execute(GetProfileAction.INSTANCE, get, ActionListener.wrap(found -> {
            String field = found.tracker().items().vectorField();
            fetched.set(
                found.profile() == null
                    ? Interests.none(field)
                    : Interests.of(found.profile(), field, found.tracker().decay(), found.centre())
            );
            listener.onResponse(null);
        }, e -> {
            if (isCallersFault(e)) {
                listener.onFailure(e);
                return;
            }
            LOGGER.debug("profile of tracker [{}] not available", request.tracker(), e);
            HeaderWarning.addWarning("[affinity] the profile is not available: the results are not personalised");
            fetched.set(Interests.none(""));
            listener.onResponse(null);
        }));
    }

    static boolean isCallersFault(Exception e) {
        return ExceptionsHelper.unwrapCause(e) instanceof IllegalArgumentException || ExceptionsHelper.status(e) == RestStatus.FORBIDDEN;
    }

    @Override
    protected RescoreContext innerBuildContext(int window, QueryShardContext context) {
        if (interests == null) {
            throw new IllegalStateException("the profile was not fetched: [affinity] works in searches that a coordinator rewrites");
        }
        return new AffinityRescorer.Context(window, interests, request.weightOrDefault());
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public boolean equals(Object o) {
        return super.equals(o)
            && o instanceof AffinityRescorerBuilder other
            && request.equals(other.request)
            && pending == other.pending
            && Objects.equals(interests, other.interests);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), request, System.identityHashCode(pending), interests);
    }
}
