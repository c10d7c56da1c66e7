package org.opensearch.affinity.rescore;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.retrieve.SeenQueryBuilder;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.ingest.ConfigurationUtils;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.pipeline.AbstractProcessor;
import org.opensearch.search.pipeline.Processor;
import org.opensearch.search.pipeline.SearchRequestProcessor;
import org.opensearch.search.sort.ScoreSortBuilder;
import org.opensearch.search.sort.SortBuilder;
import org.opensearch.search.sort.SortOrder;

import java.util.List;
import java.util.Map;

/**
 * Search pipeline processor {@code affinity}. It adds the rescorer to searches with {@code ext.affinity}, after the other rescorers of the
 * search. Its configuration has values of parameters; those of the request have precedence.
 */
public final class AffinityRequestProcessor extends AbstractProcessor implements SearchRequestProcessor {
    public static final String TYPE = "affinity";

    /** The query of neural-search that must not be within another one. */
    private static final String HYBRID = "hybrid";

    private final AffinityRequest defaults;
    private final RankNode node;

    private AffinityRequestProcessor(String tag, String description, boolean ignoreFailure, AffinityRequest defaults, RankNode node) {
        super(tag, description, ignoreFailure);
        this.defaults = defaults;
        this.node = node;
    }

    @Override
    public SearchRequest processRequest(SearchRequest search) {
        SearchSourceBuilder source = search.source();
        AffinityExtBuilder ext = source == null ? null : ext(source);
        if (ext == null) {
            return search;
        }
        source.ext(source.ext().stream().map(one -> one == ext ? ext.processed() : one).toList());
        AffinityRequest request = ext.request().orElse(defaults).complete();
        if (request.excludesSeen()) {
            leaveOutSeen(source, request);
        }
        if (search.scroll() != null || isSorted(source) || source.collapse() != null) {
            HeaderWarning.addWarning(
                "[affinity] a sorted, scrolled or collapsed search cannot be rescored: the results are not personalised"
            );
            return search;
        }
        source.addRescorer(new AffinityRescorerBuilder(request.withoutExcludeSeen(), node));
        return search;
    }

    /** Whether the search is sorted by something else than descending score. */
    private static boolean isSorted(SearchSourceBuilder source) {
        List<SortBuilder<?>> sorts = source.sorts() == null ? List.of() : source.sorts();
        boolean byScore = sorts.size() == 1 && sorts.get(0) instanceof ScoreSortBuilder score && score.order() == SortOrder.DESC;
        return sorts.isEmpty() == false && byScore == false;
    }

    /** Leaves out the items of the user's history and session; scores stay as they are. */
    private static void leaveOutSeen(SearchSourceBuilder source, AffinityRequest request) {
        SeenQueryBuilder seen = new SeenQueryBuilder(request.tracker(), request.user(), request.recent());
        if (source.query() != null && source.query().getName().equals(HYBRID)) {
            source.postFilter(without(seen, source.postFilter()));
        } else {
            source.query(without(seen, source.query()));
        }
    }

    private static QueryBuilder without(QueryBuilder seen, QueryBuilder query) {
        return QueryBuilders.boolQuery().mustNot(seen).must(query == null ? QueryBuilders.matchAllQuery() : query);
    }

    private static AffinityExtBuilder ext(SearchSourceBuilder source) {
        return source.ext()
            .stream()
            .filter(AffinityExtBuilder.class::isInstance)
            .map(AffinityExtBuilder.class::cast)
            .findFirst()
            .orElse(null);
    }

    @Override
    public String getType() {
        return TYPE;
    }

    /** Makes processors from their configuration: the parameters that may be set in a pipeline. */
    public static final class Factory implements Processor.Factory<SearchRequestProcessor> {
        private final RankNode node;

        public Factory(RankNode node) {
            this.node = node;
        }

        @Override
        public SearchRequestProcessor create(
            Map<String, Processor.Factory<SearchRequestProcessor>> factories,
            String tag,
            String description,
            boolean ignoreFailure,
            Map<String, Object> config,
            Processor.PipelineContext context
        ) {
            AffinityRequest defaults;
            try {
                defaults = AffinityRequest.parse(config, Place.PIPELINE);
            } catch (IllegalArgumentException e) {
                throw ConfigurationUtils.newConfigurationException(TYPE, tag, null, e.getMessage());
            }
            // What is left of a configuration counts as unknown.
            config.clear();
            return new AffinityRequestProcessor(tag, description, ignoreFailure, defaults, node);
        }
    }
}
