package org.opensearch.affinity.rank;

import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchExtBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;
import java.util.Map;

public class QueryTextTests extends OpenSearchTestCase {
    /** As that of UBI's plugin. */
    private static final class Ubi extends SearchExtBuilder {
        private final Map<String, Object> content;

        Ubi(Map<String, Object> content) {
            this.content = content;
        }

        @Override
        public String getWriteableName() {
            return "ubi";
        }

        @Override
        public void writeTo(StreamOutput out) {
            throw new UnsupportedOperationException();
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            return builder.field("ubi", content);
        }

        @Override
        public int hashCode() {
            return content.hashCode();
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Ubi other && content.equals(other.content);
        }
    }

    private static QueryText of(QueryBuilder query) {
        return QueryText.of(new SearchSourceBuilder().query(query));
    }

    public void testClausesThatHaveText() {
        assertEquals(new QueryText("warm lamp", "match"), of(QueryBuilders.matchQuery("title", "warm lamp")));
        assertEquals(new QueryText("warm lamp", "multi_match"), of(QueryBuilders.multiMatchQuery("warm lamp", "title", "text")));
        assertEquals(new QueryText("warm lamp", "query_string"), of(QueryBuilders.queryStringQuery("warm lamp")));
        assertEquals(new QueryText("warm lamp", "simple_query_string"), of(QueryBuilders.simpleQueryStringQuery("warm lamp")));
        assertEquals(new QueryText("warm l", "match_bool_prefix"), of(QueryBuilders.matchBoolPrefixQuery("title", "warm l")));
        assertEquals(new QueryText("warm l", "match_phrase_prefix"), of(QueryBuilders.matchPhrasePrefixQuery("title", "warm l")));
        assertEquals(new QueryText("warm lamp", "match_phrase"), of(QueryBuilders.matchPhraseQuery("title", "warm lamp")));
    }

    public void testTextWithinOtherQueries() {
        QueryBuilder match = QueryBuilders.matchQuery("title", "lamp");
        QueryText lamp = new QueryText("lamp", "match");
        assertEquals(lamp, of(QueryBuilders.functionScoreQuery(match)));
        assertEquals(lamp, of(QueryBuilders.disMaxQuery().add(match)));
        assertEquals(lamp, of(QueryBuilders.boostingQuery(match, QueryBuilders.matchQuery("title", "desk"))));
        assertEquals(lamp, of(QueryBuilders.nestedQuery("a", QueryBuilders.boolQuery().should(match), org.apache.lucene.search.join.ScoreMode.Max)));
        assertEquals(lamp, of(QueryBuilders.boolQuery().should(QueryBuilders.matchQuery("title", "desk")).must(match)));
        assertEquals(lamp, of(QueryBuilders.boolQuery().filter(QueryBuilders.matchQuery("kind", "desk")).should(match)));
    }

    public void testQueriesWithoutTypedText() {
        QueryBuilder match = QueryBuilders.matchQuery("title", "lamp");
        for (QueryBuilder query : List.of(
            QueryBuilders.matchAllQuery(),
            QueryBuilders.termQuery("title", "lamp"),
            QueryBuilders.matchQuery("price", 5),
            QueryBuilders.matchQuery("title", " "),
            QueryBuilders.boolQuery().filter(match).mustNot(match),
            QueryBuilders.constantScoreQuery(match)
        )) {
            assertEquals(query.toString(), QueryText.UNKNOWN, of(query));
        }
        assertEquals(QueryText.UNKNOWN, QueryText.of(new SearchSourceBuilder()));
    }

    public void testUbiBeforeTheQuery() {
        SearchSourceBuilder source = new SearchSourceBuilder().query(QueryBuilders.matchQuery("title", "lamp"));
        source.ext(List.of(new Ubi(Map.of("query_id", "q", "user_query", "warm lamp"))));
        assertEquals(new QueryText("warm lamp", "ext.ubi.user_query"), QueryText.of(source));
        source.ext(List.of(new Ubi(Map.of("query_id", "q"))));
        assertEquals(new QueryText("lamp", "match"), QueryText.of(source));
    }
}
