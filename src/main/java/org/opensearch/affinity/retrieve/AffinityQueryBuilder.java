package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.profile.ExplainProfileAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.UseProfileAction;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rank.interest.DimensionWarnings;
import org.opensearch.affinity.rank.QueryInput;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.rank.interest.RequestContext;
import org.opensearch.affinity.tracker.Parameter;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.affinity.tracker.ParameterValues;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The query {@code affinity}: items for a user, without a text. The score is that of the rescorer with the score mode {@code replace}; see
 * {@link ForYouItems} for which items are found. Users without a profile get what they get from the rescorer too: popular items. If the
 * profile cannot be read in time, it matches nothing and the search has a warning.
 */
public final class AffinityQueryBuilder extends RetrievalQueryBuilder<AffinityQueryBuilder> {
    private static final Format FORMAT = Format.first(AffinityQueryBuilder.class);
    public static final String NAME = "affinity";
    static final int DEFAULT_CANDIDATES = 1_000;
    private static final String NOT_EXPLAINED = "[affinity] the example items of explanations are left out: they need the permission ["
        + ExplainProfileAction.NAME
        + "]";
    private static final FieldPath PATH = FieldPath.body("[" + NAME + "] ");
    /** The parameters that nobody else decides: there is no relevance, and a query has no page to diversify. */
    private static final Ranking FIXED = new Ranking(
        new ParameterValues.Builder().set(Parameter.SCORE_MODE, Ranking.ScoreMode.REPLACE)
            .set(Parameter.RELEVANCE, Parameter.RELEVANCE.defaultValue())
            .set(Parameter.DIVERSITY, Parameter.DIVERSITY.defaultValue())
            .build()
    );

    /** The query as it was sent. */
    private static final class Builder extends KnnParameters.Builder {
        private static final BuilderParser<Builder> PARSER = new BuilderParser<>(Builder::new);

        static {
            ParameterValues.declare(PARSER, Place.QUERY, b -> b.values);
            PARSER.declare(
                "num_candidates",
                Values.wholeNumberOrString(1, KnnParameters.MAX_K),
                (Builder b, Integer value) -> b.candidates = value
            );
            KnnParameters.Builder.declare(PARSER);
        }

        private final ParameterValues.Builder values = new ParameterValues.Builder();
        private Integer candidates;

        private AffinityQueryBuilder build(RankNode node) {
            AffinityRequest request = new AffinityRequest(values.build());
            PATH.field("tracker").require(request.tracker(), "name the tracker whose profiles are to be used");
            KnnParameters knn = knn();
            if (candidates != null && candidates < knn.k()) {
                throw PATH.field("num_candidates").mustBe("at least [k], which is [" + knn.k() + "]", candidates);
            }
            int most = candidates != null ? candidates : Math.max(knn.k(), DEFAULT_CANDIDATES);
            return named(new AffinityQueryBuilder(request, most, knn, node));
        }
    }

    private final AffinityRequest request;
    private final int candidates;
    private final RankNode node;

    private AffinityQueryBuilder(AffinityRequest request, int candidates, KnnParameters knn, RankNode node) {
        super(knn);
        this.request = request;
        this.candidates = candidates;
        this.node = node;
    }

    public AffinityQueryBuilder(StreamInput from, RankNode node) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        request = new AffinityRequest(in);
        candidates = in.readVInt();
        this.node = node;
    }

    @Override
    void writeOwn(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            request.writeTo(out);
            out.writeVInt(candidates);
        }
    }

    /** @throws IllegalArgumentException naming the field, the value and what would be right */
    public static AffinityQueryBuilder fromXContent(XContentParser parser, RankNode node) throws IOException {
        return Builder.PARSER.parse(parser, PATH).build(node);
    }

    @Override
    void resolve(Client client, ActionListener<Resolved> listener) {
        GetProfileAction.Request search = new GetProfileAction.Request(request.tracker(), request.user(), request.recent());
        GetProfileAction.Request get = isExplained() ? search.explaining() : search;
        client.execute(UseProfileAction.INSTANCE, get, ActionListener.map(listener, this::resolved));
    }

    private Resolved resolved(GetProfileAction.Response found) {
        found.tracker().requireSignals(request.ranking());
        Ranking learned = found.model() == null ? Ranking.EMPTY : found.model().forYou();
        Ranking ranking = FIXED.orElse(request.ranking()).orElse(found.tracker().ranking()).orElse(learned).orElse(Ranking.DEFAULT);
        RequestContext now = RequestContext.of(found.tracker(), request.context(), System.currentTimeMillis());
        Scoring personal = Scoring.of(found, ranking, now, QueryInput.NOTHING, request.user());
        Scoring shown = found.isExplained() ? personal : personal.withoutExamples();
        List<String> warnings = new ArrayList<>(DimensionWarnings.ofProfile(found.profile(), found.tracker()));
        if (isExplained() && found.isExplained() == false) {
            warnings.add(NOT_EXPLAINED);
        }
        return new Resolved(new ForYouQueryBuilder(shown, withoutSeen(found), candidates, node), warnings);
    }

    private KnnParameters withoutSeen(GetProfileAction.Response found) {
        if (request.excludesSeen() == false || found.profile() == null) {
            return knn();
        }
        List<String> seen = found.profile().history().stream().map(Profile.Seen::item).distinct().toList();
        return knn().without(found.tracker().items(), seen);
    }

    @Override
    String unavailable() {
        return "[affinity] the profile is not available: the query [affinity] matches nothing";
    }

    @Override
    AffinityQueryBuilder copy() {
        return new AffinityQueryBuilder(request, candidates, knn(), node);
    }

    @Override
    void ownXContent(XContentBuilder builder) throws IOException {
        request.values().toXContent(builder, ToXContent.EMPTY_PARAMS).field("num_candidates", candidates);
    }

    @Override
    boolean equalsOwn(AffinityQueryBuilder other) {
        return request.equals(other.request) && candidates == other.candidates;
    }

    @Override
    int hashOwn() {
        return Objects.hash(request, candidates);
    }

    @Override
    public String getName() {
        return NAME;
    }
}
