package org.opensearch.affinity.cluster;

import org.opensearch.action.search.SearchPhaseExecutionException;
import org.opensearch.action.search.ShardSearchFailure;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.index.engine.VersionConflictEngineException;
import org.opensearch.test.OpenSearchTestCase;

public class RedactedExceptionTests extends OpenSearchTestCase {
    public void testNamesIndicesAndNoDocuments() {
        ShardId shard = new ShardId(new Index(".affinity-interests-shop.1", "uuid"), 0);
        Exception conflict = new VersionConflictEngineException(shard, "user:ann", "of user ann");
        String summary = RedactedException.summary(new IllegalStateException("ann", conflict));
        assertEquals("IllegalStateException, caused by VersionConflictEngineException [.affinity-interests-shop.1]", summary);
        String logged = RedactedException.of(conflict).getMessage();
        assertEquals(VersionConflictEngineException.class.getName() + " [.affinity-interests-shop.1]", logged);
    }

    public void testKeepsMessagesThatMayBeShown() {
        Exception missing = new IndexNotFoundException("products");
        Exception search = new SearchPhaseExecutionException("query", "for ann", missing, ShardSearchFailure.EMPTY_ARRAY);
        assertEquals(
            "SearchPhaseExecutionException, caused by IndexNotFoundException: no such index [products]",
            RedactedException.summary(search)
        );
        Exception state = new RedactedException.LoggableStateException("field [sku] has no doc values");
        assertEquals("LoggableStateException: field [sku] has no doc values", RedactedException.summary(state));
    }
}
