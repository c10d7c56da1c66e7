package org.opensearch.affinity.rescore;

import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.index.shard.SearchOperationListener;
import org.opensearch.search.internal.SearchContext;

/**
 * Warns of a search with {@code ext.affinity} that no {@link AffinityRequestProcessor} has read, so that it is not personalised. Runs on the
 * shards: nothing else of OpenSearch shows a search's {@code ext} to a plugin after the pipeline.
 */
public final class UnprocessedExt implements SearchOperationListener {
    static final String WARNING = "[affinity] [ext.affinity] has no effect: the search did not run through a search pipeline with the request "
        + "processor [affinity]";

    @Override
    public void onPreQueryPhase(SearchContext context) {
        if (context.getSearchExt(AffinityExtBuilder.NAME) instanceof AffinityExtBuilder ext && ext.isProcessed() == false) {
            HeaderWarning.addWarning(WARNING);
        }
    }
}
