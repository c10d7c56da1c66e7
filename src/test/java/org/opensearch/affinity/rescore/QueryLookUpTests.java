package org.opensearch.affinity.rescore;

import org.opensearch.OpenSearchSecurityException;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.rank.QueryInput;
import org.opensearch.affinity.rank.QueryText;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.test.client.NoOpClient;

import java.util.List;
import java.util.Map;

public class QueryLookUpTests extends OpenSearchTestCase {
    private static final QueryText LAMP = new QueryText("lamp", "match");
    private static final Ranking MEANING = Ranking.ofWeights(null, null, Map.of("meaning", 1f)).orElse(Ranking.DEFAULT);

    /** @param failure of the encoder; any other action fails the test */
    private QueryLookUp.Found run(QueryText text, Ranking ranking, Exception failure) {
        try (NoOpClient client = new NoOpClient(getTestName()) {
            @Override
            protected <Q extends ActionRequest, R extends ActionResponse> void doExecute(
                ActionType<R> action,
                Q request,
                ActionListener<R> listener
            ) {
                assertEquals(EncodeAction.NAME, action.name());
                listener.onFailure(failure);
            }
        }) {
            PlainActionFuture<QueryLookUp.Found> found = PlainActionFuture.newFuture();
            new QueryLookUp(text, false).run(client, null, ranking == MEANING, found);
            return found.actionGet();
        }
    }

    public void testAWarningNamesTheReason() {
        Map<String, Exception> failures = Map.of(
            "[affinity] the query could not be encoded because the caller lacks the permission [cluster:admin/affinity/encode]: its meaning does not count",
            new OpenSearchSecurityException("no permissions for [cluster:admin/affinity/encode]", RestStatus.FORBIDDEN),
            "[affinity] the query could not be encoded because of an error, its meaning does not count: unknown model [m]",
            new IllegalArgumentException("unknown model [m]"),
            "[affinity] the query could not be encoded in time: its meaning does not count",
            new OpenSearchStatusException("no vectors within [500ms]", RestStatus.SERVICE_UNAVAILABLE)
        );
        failures.forEach((warning, failure) -> {
            QueryLookUp.Found found = run(LAMP, MEANING, failure);
            assertEquals(List.of(warning), found.warnings());
            assertEquals("the words count nevertheless", new QueryInput("lamp", new float[0], "match"), found.input());
        });
    }

    public void testNothingIsEncodedWithoutNeed() {
        Exception unexpected = new IllegalStateException("nothing may be encoded");
        assertEquals(List.of(), run(LAMP, Ranking.DEFAULT, unexpected).warnings());
        assertEquals(QueryInput.NOTHING, run(QueryText.UNKNOWN, MEANING, unexpected).input());
        assertEquals(QueryInput.NOTHING, run(QueryText.explicit(" "), MEANING, unexpected).input());
    }
}

