package org.opensearch.affinity.rescore;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.rank.AffinityRequest;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.retrieve.SeenQueryBuilder;
import org.opensearch.affinity.tracker.Parameter.Place;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.WrapperQueryBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.pipeline.SearchRequestProcessor;
import org.opensearch.test.OpenSearchTestCase;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class AffinityRequestProcessorTests extends OpenSearchTestCase {
    private static final SeenQueryBuilder SEEN = new SeenQueryBuilder("shop", "ann", List.of());

    private static SearchSourceBuilder processed(SearchSourceBuilder source) throws Exception {
        Map<String, Object> config = new HashMap<>(Map.of("tracker", "shop", "exclude_seen", true));
        SearchRequestProcessor processor = new AffinityRequestProcessor.Factory(new RankNode()).create(Map.of(), null, null, false, config, null);
        source.ext(List.of(AffinityExtBuilder.of(AffinityRequest.parse(Map.of("user", "ann"), Place.EXT))));
        return processor.processRequest(new SearchRequest().source(source)).source();
    }

    public void testSeenItemsAreLeftOutOfTheQuery() throws Exception {
        QueryBuilder query = QueryBuilders.boolQuery().should(QueryBuilders.matchQuery("title", "lamp"));
        SearchSourceBuilder source = processed(new SearchSourceBuilder().query(query));
        assertEquals("a bool of its own, so that [should] stays required", QueryBuilders.boolQuery().mustNot(SEEN).must(query), source.query());
        assertNull(source.postFilter());
        assertTrue(((AffinityExtBuilder) source.ext().get(0)).isProcessed());
    }

    /** The query hybrid of neural-search finds nothing, or fails, within another query. */
    public void testAHybridQueryStaysOutside() throws Exception {
        QueryBuilder hybrid = new WrapperQueryBuilder("{}") {
            @Override
            public String getName() {
                return "hybrid";
            }
        };
        SearchSourceBuilder source = processed(new SearchSourceBuilder().query(hybrid));
        assertSame(hybrid, source.query());
        assertEquals(QueryBuilders.boolQuery().mustNot(SEEN).must(QueryBuilders.matchAllQuery()), source.postFilter());
        QueryBuilder red = QueryBuilders.termQuery("colour", "red");
        SearchSourceBuilder filtered = processed(new SearchSourceBuilder().query(hybrid).postFilter(red));
        assertEquals(QueryBuilders.boolQuery().mustNot(SEEN).must(red), filtered.postFilter());
    }
}
