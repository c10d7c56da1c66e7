package org.opensearch.affinity.retrieve;

import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.rank.ItemSignals;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RepeatItems;
import org.opensearch.affinity.rank.Scoring;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.common.lucene.search.Queries;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;

import java.io.IOException;
import java.util.Objects;

/**
 * The query that the coordinator sends to the shards in place of {@code affinity}. It contains the scoring. It has no parser: clients
 * cannot send it. Where it is printed, it shows numbers of interests and items only. Immutable, apart from boost and name.
 */
public final class ForYouQueryBuilder extends AbstractQueryBuilder<ForYouQueryBuilder> {
    private static final Format FORMAT = Format.first(ForYouQueryBuilder.class);
    public static final String NAME = "affinity_for_you";

    private final Scoring scoring;
    private final KnnParameters parameters;
    private final int candidates;
    private final RankNode node;

    /** @param candidates of each shard at most */
    ForYouQueryBuilder(Scoring scoring, KnnParameters parameters, int candidates, RankNode node) {
        this.scoring = scoring;
        this.parameters = parameters;
        this.candidates = candidates;
        this.node = node;
    }

    /**
     * The candidates that {@code affinity} has by default, of all sources in equal parts. Weights are learned from them.
     *
     * @param scoring with all signals
     */
    public static ForYouQueryBuilder ofAllSources(Scoring scoring, RankNode node) {
        int candidates = AffinityQueryBuilder.DEFAULT_CANDIDATES;
        return new ForYouQueryBuilder(scoring.equallyWeighted(), new KnnParameters(candidates, 0, null), candidates, node);
    }

    public ForYouQueryBuilder(StreamInput from, RankNode node) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        scoring = new Scoring(in);
        parameters = new KnnParameters(in);
        candidates = in.readVInt();
        this.node = node;
    }

    @Override
    protected void doWriteTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            scoring.writeTo(out);
            parameters.writeTo(out);
            out.writeVInt(candidates);
        }
    }

    @Override
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        KnnParameters rewritten = parameters.rewrite(context);
        return rewritten == parameters ? this : new ForYouQueryBuilder(scoring, rewritten, candidates, node);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        KnnParameters.requireOutsideOfFilter(context, NAME);
        MappedFieldType type = context.fieldMapper(scoring.interests().field());
        if (type == null) {
            return new MatchNoDocsQuery("the index has no field [" + scoring.interests().field() + "]");
        }
        if (scoring.interests().isEmpty() == false) {
            NearestQueryBuilder.requireVectors(scoring.interests(), type, context);
        }
        RepeatItems repeats = RepeatItems.of(scoring);
        ItemSignals signals = ItemSignals.of(scoring, context, repeats, node);
        return new ForYouItems(
            scoring,
            parameters,
            candidates,
            filter(context),
            CandidateSources.of(scoring, signals, context, node),
            new ForYouItems.Signals(signals, repeats, node)
        );
    }

    /** The filter; in an index with nested documents also without these, which have the ids of their items. */
    private Query filter(QueryShardContext context) throws IOException {
        Query filter = parameters.filter(context);
        if (context.getMapperService().hasNested() == false) {
            return filter;
        }
        BooleanQuery.Builder items = new BooleanQuery.Builder().add(Queries.newNonNestedFilter(), Occur.FILTER);
        return filter == null ? items.build() : items.add(filter, Occur.FILTER).build();
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME).field("field", scoring.interests().field()).field("interests", scoring.interests().vectors().size());
        builder.field("history", scoring.history().size());
        builder.field("signals", scoring.signals().stream().map(Signal::name).toList());
        parameters.toXContent(builder);
        builder.field("num_candidates", candidates);
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    protected boolean doEquals(ForYouQueryBuilder other) {
        return scoring.equals(other.scoring) && parameters.equals(other.parameters) && candidates == other.candidates;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(scoring, parameters, candidates);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }
}
