package org.opensearch.affinity.rescore;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.retrieve.SeenQueryBuilder;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.BoolQueryBuilder;
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

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Search pipeline processor {@code affinity}: where a search says in {@code ext.affinity} who searches, it adds the
 * rescorer, after those that the search has. Its configuration gives what the search leaves unsaid.
 */
public final class AffinityRequestProcessor extends AbstractProcessor implements SearchRequestProcessor {
    public static final String TYPE = "affinity";

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
        AffinityRequest request = ext.request().orElse(defaults).complete();
        if (request.asksToExcludeSeen()) {
            source.query(unseen(source.query(), request));
        }
        if (search.scroll() != null || isSorted(source) || source.collapse() != null) {
            HeaderWarning.addWarning("[affinity] a sorted, scrolled or collapsed search cannot be rescored: the results are not personalised");
            return search;
        }
        source.addRescorer(new AffinityRescorerBuilder(request.withoutExcludeSeen(), node));
        return search;
    }

    /** By something else than the score, best first. */
    private static boolean isSorted(SearchSourceBuilder source) {
        List<SortBuilder<?>> sorts = source.sorts() == null ? List.of() : source.sorts();
        boolean byScore = sorts.size() == 1 && sorts.get(0) instanceof ScoreSortBuilder score && score.order() == SortOrder.DESC;
        return sorts.isEmpty() == false && byScore == false;
    }

    /** The search without the items of the user's recent history; scores stay as they are. */
    private static QueryBuilder unseen(QueryBuilder query, AffinityRequest request) {
        BoolQueryBuilder unseen = QueryBuilders.boolQuery().mustNot(new SeenQueryBuilder(request.tracker(), request.user(), request.recent()));
        return unseen.must(query == null ? QueryBuilders.matchAllQuery() : query);
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

    /** Configuration: all that {@code ext.affinity} takes, but what is of one search: {@code user}, {@code query_text}, {@code recent}. */
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
        ) throws IOException {
            AffinityRequest defaults = parse(config);
            config.clear();
            if (defaults.user() != null || defaults.recent().isEmpty() == false || defaults.queryText() != null) {
                String property = defaults.user() != null ? "user" : defaults.queryText() != null ? "query_text" : "recent";
                throw ConfigurationUtils.newConfigurationException(TYPE, tag, property, "is the request's to say, in [ext.affinity]");
            }
            return new AffinityRequestProcessor(tag, description, ignoreFailure, defaults, node);
        }

        private static AffinityRequest parse(Map<String, Object> config) throws IOException {
            try (
                XContentBuilder json = JsonXContent.contentBuilder().map(config);
                XContentParser parser = JsonXContent.jsonXContent.createParser(
                    NamedXContentRegistry.EMPTY,
                    LoggingDeprecationHandler.INSTANCE,
                    BytesReference.bytes(json).streamInput()
                )
            ) {
                return AffinityRequest.fromXContent(parser);
            }
        }
    }
}
