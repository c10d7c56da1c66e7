package org.opensearch.affinity.rank;

import org.apache.lucene.search.BooleanClause.Occur;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.query.BoostingQueryBuilder;
import org.opensearch.index.query.CombinedFieldsQueryBuilder;
import org.opensearch.index.query.MatchBoolPrefixQueryBuilder;
import org.opensearch.index.query.MatchPhrasePrefixQueryBuilder;
import org.opensearch.index.query.MatchPhraseQueryBuilder;
import org.opensearch.index.query.MatchQueryBuilder;
import org.opensearch.index.query.MultiMatchQueryBuilder;
import org.opensearch.index.query.NestedQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryStringQueryBuilder;
import org.opensearch.index.query.SimpleQueryStringBuilder;
import org.opensearch.index.query.functionscore.ScriptScoreQueryBuilder;
import org.opensearch.search.SearchExtBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.io.IOException;
import java.util.Map;

/**
 * What the user typed, and the part of the search that tells it. Immutable.
 *
 * @param text   null if unknown; blank if the request says that nothing was typed
 * @param origin for explanations: {@code query_text}, {@code ext.ubi.user_query}, or the name of a query such as {@code match}; empty if
 *               the text is unknown
 */
public record QueryText(String text, String origin) {
    public static final QueryText UNKNOWN = new QueryText(null, "");
    private static final String UBI = "ubi";
    private static final String USER_QUERY = "user_query";

    /** The text that the request gives explicitly. */
    public static QueryText explicit(String text) {
        return new QueryText(text, "query_text");
    }

    /** The text of the search that is rewritten; unknown if the context has no search. */
    public static QueryText of(QueryRewriteContext context) {
        return RewrittenSearch.source(context).map(QueryText::of).orElse(UNKNOWN);
    }

    /**
     * The text of a search: that of {@code ext.ubi.user_query}, else that of the first clause that scores documents by the words of a text.
     * Clauses in {@code filter} and {@code must_not} do not count.
     */
    public static QueryText of(SearchSourceBuilder source) {
        for (SearchExtBuilder ext : source.ext()) {
            String text = ext.getWriteableName().equals(UBI) ? userQuery(ext) : null;
            if (text != null) {
                return new QueryText(text, "ext.ubi.user_query");
            }
        }
        if (source.query() == null) {
            return UNKNOWN;
        }
        Clauses clauses = new Clauses();
        source.query().visit(clauses);
        return clauses.first;
    }

    /** The {@code user_query} of UBI's plugin, whose classes are not visible here; null if there is none. */
    private static String userQuery(SearchExtBuilder ext) {
        try (XContentBuilder json = XContentFactory.jsonBuilder().startObject()) {
            ext.toXContent(json, ToXContent.EMPTY_PARAMS);
            Map<String, Object> map = XContentHelper.convertToMap(BytesReference.bytes(json.endObject()), false, json.contentType()).v2();
            Object value = map.get(UBI) instanceof Map<?, ?> ubi ? ubi.get(USER_QUERY) : map.get(USER_QUERY);
            return value instanceof String text && text.isBlank() == false ? text : null;
        } catch (IOException | RuntimeException e) {
            // What another plugin writes wrongly must not fail the search.
            return null;
        }
    }

    /** Visits the clauses that score, and keeps the first text. */
    private static final class Clauses implements QueryBuilderVisitor {
        private QueryText first = UNKNOWN;

        @Override
        public void accept(QueryBuilder query) {
            if (first != UNKNOWN) {
                return;
            }
            Object text = text(query);
            if (text instanceof String typed && typed.isBlank() == false) {
                first = new QueryText(typed, query.getName());
            }
        }

        @Override
        public QueryBuilderVisitor getChildVisitor(Occur occur) {
            return occur == Occur.MUST || occur == Occur.SHOULD ? this : NO_OP_VISITOR;
        }

        /** The text of a clause, or of one within it that it does not show to visitors; null if it has none. */
        private Object text(QueryBuilder query) {
            return switch (query) {
                case MatchQueryBuilder match -> match.value();
                case MultiMatchQueryBuilder match -> match.value();
                case MatchBoolPrefixQueryBuilder match -> match.value();
                case MatchPhraseQueryBuilder match -> match.value();
                case MatchPhrasePrefixQueryBuilder match -> match.value();
                case CombinedFieldsQueryBuilder match -> match.queryValue();
                case QueryStringQueryBuilder string -> string.queryString();
                case SimpleQueryStringBuilder string -> string.value();
                case NestedQueryBuilder nested -> visit(nested.query());
                case BoostingQueryBuilder boosting -> visit(boosting.positiveQuery());
                case ScriptScoreQueryBuilder script -> visit(script.query());
                default -> null;
            };
        }

        private Object visit(QueryBuilder query) {
            query.visit(this);
            return null;
        }
    }
}
