package org.opensearch.affinity.rescore;

import org.opensearch.action.search.SearchPhaseContext;
import org.opensearch.action.search.SearchRequestContext;
import org.opensearch.action.search.SearchRequestOperationsListener;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.search.builder.SearchSourceBuilder;

/**
 * Warns of a search with {@code ext.affinity} that no {@link AffinityRequestProcessor} has read, so that it is not personalised. Runs on the
 * coordinator, when the search has ended and before its answer is sent.
 */
public final class UnprocessedExt extends SearchRequestOperationsListener {
    private static final String WARNING = "[affinity] [ext.affinity] has no effect: the search did not run through a search pipeline with the "
        + "request processor [affinity]";

    @Override
    protected void onRequestEnd(SearchPhaseContext context, SearchRequestContext search) {
        SearchSourceBuilder source = context.getRequest().source();
        boolean unprocessed = source != null
            && source.ext().stream().anyMatch(one -> one instanceof AffinityExtBuilder ext && ext.isProcessed() == false);
        if (unprocessed) {
            HeaderWarning.addWarning(WARNING);
        }
    }
}
