package org.opensearch.affinity.rank;

import org.apache.lucene.search.BooleanClause.Occur;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a query or rescorer that is rewritten on the coordinator asks of the whole search. */
public final class RewrittenSearch {
    private RewrittenSearch() {}

    /** Whether the search explains its scores; false if the search is not known. */
    public static boolean explains(QueryRewriteContext context) {
        return source(context).map(SearchSourceBuilder::explain).orElse(false);
    }

    /**
     * Whether a clause can only leave documents out: it is below one {@code must_not} of the search's query. False where that cannot be
     * seen, for example in an aggregation.
     */
    public static boolean onlyExcludes(QueryRewriteContext context, QueryBuilder clause) {
        AtomicBoolean found = new AtomicBoolean();
        source(context).map(SearchSourceBuilder::query).ifPresent(query -> query.visit(new Clauses(clause, false, found)));
        return found.get();
    }

    /** The search that is rewritten; empty if it is not known. */
    static Optional<SearchSourceBuilder> source(QueryRewriteContext context) {
        QueryCoordinatorContext coordinator = context.convertToCoordinatorContext();
        return coordinator != null && coordinator.getSearchRequest() instanceof SearchRequest search
            ? Optional.ofNullable(search.source())
            : Optional.empty();
    }

    /**
     * Looks for a clause in a query.
     *
     * @param negated whether the visited clauses are below an odd number of {@code must_not}
     * @param found   set if the clause is negated
     */
    private record Clauses(QueryBuilder clause, boolean negated, AtomicBoolean found) implements QueryBuilderVisitor {
        @Override
        public void accept(QueryBuilder visited) {
            if (visited == clause && negated) {
                found.set(true);
            }
        }

        @Override
        public QueryBuilderVisitor getChildVisitor(Occur occur) {
            return new Clauses(clause, negated != (occur == Occur.MUST_NOT), found);
        }
    }
}
