package org.opensearch.affinity.rescore;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.util.SetOnce;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.profile.ExplainProfileAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rank.interest.DimensionWarnings;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.QueryText;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RepeatItems;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.interest.RequestContext;
import org.opensearch.affinity.rank.RewrittenSearch;
import org.opensearch.affinity.tracker.Parameter;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.rescore.RescoreContext;
import org.opensearch.search.rescore.RescorerBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The rescorer {@code affinity}. The coordinator's first rewrite fetches the profile, once a search and without blocking. The next rewrite
 * replaces the pending profile by the {@link Scoring} that is sent to the shards. If the profile cannot be read in time, the search is not
 * personalised and has a warning; it does not fail.
 */
public final class AffinityRescorerBuilder extends RescorerBuilder<AffinityRescorerBuilder> {
    private static final Format FORMAT = Format.first(AffinityRescorerBuilder.class);
    public static final String NAME = "affinity";
    private static final String UNAVAILABLE = "[affinity] the profile is not available: the results are not personalised";
    private static final String NOT_EXPLAINED = "[affinity] [why] and the example items of explanations are left out: they need the "
        + "permission ["
        + ExplainProfileAction.NAME
        + "]";
    private static final Logger LOGGER = LogManager.getLogger(AffinityRescorerBuilder.class);

    private final AffinityRequest request;
    /** Null before the profile is fetched, and once {@link #scoring} is there. */
    private final Supplier<Fetched> pending;
    /** Null until the profile is fetched. */
    private final Scoring scoring;
    private final RankNode node;

    /**
     * The result of the look-ups.
     *
     * @param windowSize of a rescorer that has none of its own
     * @param explained  whether hits and explanations may show what is in the profile
     */
    private record Fetched(Scoring scoring, int windowSize, boolean explained, List<String> warnings) {}

    AffinityRescorerBuilder(AffinityRequest request, RankNode node) {
        this(request.complete(), null, null, node);
        if (request.ranking().windowSize() != null) {
            windowSize(request.ranking().windowSize());
        }
    }

    private AffinityRescorerBuilder(AffinityRequest request, Supplier<Fetched> pending, Scoring scoring, RankNode node) {
        this.request = request;
        this.pending = pending;
        this.scoring = scoring;
        this.node = node;
    }

    public AffinityRescorerBuilder(StreamInput from, RankNode node) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        request = new AffinityRequest(in);
        scoring = in.readOptionalWriteable(Scoring::new);
        pending = null;
        this.node = node;
    }

    @Override
    protected void doWriteTo(StreamOutput to) throws IOException {
        if (pending != null) {
            throw new IllegalStateException("the profile is not fetched yet: rewrite before sending");
        }
        try (StreamOutput out = FORMAT.begin(to)) {
            request.writeTo(out);
            out.writeOptionalWriteable(scoring);
        }
    }

    /** A rescorer whose hits have the values of their signals, see {@link SignalLoggingSearch}. */
    static AffinityRescorerBuilder learning(String tracker, Scoring scoring, RankNode node) {
        return new AffinityRescorerBuilder(AffinityRequest.of(tracker), null, scoring, node).windowSize(1);
    }

    public static AffinityRescorerBuilder fromXContent(XContentParser parser, RankNode node) throws IOException {
        return new AffinityRescorerBuilder(AffinityRequest.parse(parser, Place.RESCORE), node);
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field(NAME);
        request.toXContent(builder, params);
    }

    @Override
    public RescorerBuilder<AffinityRescorerBuilder> rewrite(QueryRewriteContext context) {
        if (scoring != null) {
            return this;
        }
        if (windowSize != null) {
            Parameter.WINDOW_SIZE.require(windowSize, AffinityRequest.PATH);
        }
        if (pending != null) {
            Fetched fetched = pending.get();
            if (fetched == null) {
                return this;
            }
            // Not where they arise: of several look-ups, only the thread context of the last one continues with the search.
            fetched.warnings.forEach(HeaderWarning::addWarning);
            return copy(fetched);
        }
        boolean explicit = request.queryText() != null;
        QueryLookUp query = new QueryLookUp(explicit ? QueryText.explicit(request.queryText()) : QueryText.of(context), explicit);
        SetOnce<Fetched> fetched = new SetOnce<>();
        boolean explains = request.asksWhy() || RewrittenSearch.explains(context);
        context.registerAsyncAction((client, listener) -> fetch(client, query, explains, fetched, listener));
        AffinityRescorerBuilder waiting = new AffinityRescorerBuilder(request, fetched::get, null, node);
        return windowSize == null ? waiting : waiting.windowSize(windowSize);
    }

    private AffinityRescorerBuilder copy(Fetched fetched) {
        AffinityRequest shown = fetched.explained || request.asksWhy() == false ? request : request.withoutWhy();
        AffinityRescorerBuilder copy = new AffinityRescorerBuilder(shown, null, fetched.scoring, node);
        return copy.windowSize(windowSize != null ? windowSize : fetched.windowSize);
    }

    /** @param explains whether the search shows what is in the profile */
    private void fetch(Client client, QueryLookUp query, boolean explains, SetOnce<Fetched> fetched, ActionListener<?> listener) {
        GetProfileAction.Request use = new GetProfileAction.Request(request.tracker(), request.user(), request.recent());
        GetProfileAction.Request get = explains ? use.explaining() : use;
        long began = System.nanoTime();
        client.execute(UseProfileAction.INSTANCE, get, ActionListener.wrap(found -> {
            node.meter().found(System.nanoTime() - began);
            found.tracker().requireSignals(request.ranking());
            RequestContext context = RequestContext.of(found.tracker(), request.context(), System.currentTimeMillis());
            Ranking learned = found.model() == null ? Ranking.EMPTY : found.model().ranking();
            Ranking ranking = request.ranking().orElse(found.tracker().ranking()).orElse(learned).orElse(Ranking.DEFAULT);
            boolean readsVector = Scoring.readsQueryVector(ranking, found);
            query.run(client, found.tracker(), readsVector, ActionListener.wrap(read -> {
                boolean navigational = read.input() == null;
                if (navigational) {
                    node.meter().precise();
                }
                Scoring personal = navigational ? Scoring.NONE : Scoring.of(found, ranking, context, read.input(), request.user());
                Scoring shown = found.isExplained() ? personal : personal.withoutExamples();
                Scoring complete = found.isExplained() && request.asksWhy() ? labelled(shown, found, client) : shown;
                List<String> warnings = new ArrayList<>(DimensionWarnings.ofProfile(found.profile(), found.tracker()));
                warnings.addAll(read.warnings());
                if (explains && found.isExplained() == false) {
                    warnings.add(NOT_EXPLAINED);
                }
                fetched.set(new Fetched(complete, ranking.windowSize(), found.isExplained(), warnings));
                listener.onResponse(null);
            }, listener::onFailure));
        }, e -> {
            if (RankNode.isCallersFault(e)) {
                listener.onFailure(e);
                return;
            }
            node.meter().unavailable(System.nanoTime() - began, e);
            LOGGER.debug("profile of tracker [{}] not available", request.tracker(), RedactedException.of(e));
            fetched.set(new Fetched(Scoring.NONE, Ranking.DEFAULT_WINDOW_SIZE, true, List.of(UNAVAILABLE)));
            listener.onResponse(null);
        }));
    }

    /** The scoring with the descriptions of interests that are known. The search does not wait for others. */
    private Scoring labelled(Scoring personal, GetProfileAction.Response found, Client client) {
        if (personal.interests().isEmpty()) {
            return personal;
        }
        List<Interest> interests = found.profile().heaviestFirst(found.tracker().decay());
        return personal.labelled(node.labels().known(client, found.tracker().items(), interests));
    }

    @Override
    protected RescoreContext innerBuildContext(int window, QueryShardContext context) {
        if (scoring == null) {
            throw new IllegalStateException("the profile was not fetched: [affinity] works in searches that a coordinator rewrites");
        }
        RepeatItems repeats = RepeatItems.of(scoring);
        ItemSignals signals = ItemSignals.of(scoring, context, repeats, node);
        return new AffinityRescorer.Context(window, scoring, signals, repeats, request.asksWhy(), node);
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
            && Objects.equals(scoring, other.scoring);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), request, System.identityHashCode(pending), scoring);
    }
}
