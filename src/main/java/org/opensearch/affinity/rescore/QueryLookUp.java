package org.opensearch.affinity.rescore;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.encode.EncodeAction;
import org.opensearch.affinity.encode.EncodeProcessor;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.rank.NavigationalQuery;
import org.opensearch.affinity.rank.QueryInput;
import org.opensearch.affinity.rank.QueryText;
import org.opensearch.affinity.retrieve.TextQueryBuilder;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.transport.client.Client;

import java.util.List;

/**
 * Looks up what ranking needs of a search's text: whether it is navigational, and its vector.
 *
 * @param text       of the search
 * @param isExplicit whether the request gives it as {@code query_text}; only then the search may be navigational, as that takes another
 *                   search
 */
record QueryLookUp(QueryText text, boolean isExplicit) {
    /**
     * The result.
     *
     * @param input null for a navigational query, whose results are left as they are
     */
    record Found(QueryInput input, List<String> warnings) {}

    /** Fails only if a step fails unexpectedly: without a vector, the text counts with its words. */
    void run(Client client, Tracker tracker, boolean readsVector, ActionListener<Found> listener) {
        if (text.text() == null || text.text().isBlank()) {
            listener.onResponse(new Found(QueryInput.NOTHING, List.of()));
        } else if (isExplicit) {
            new NavigationalQuery(text.text(), tracker.items()).test(client, ActionListener.wrap(navigational -> {
                if (navigational) {
                    listener.onResponse(new Found(null, List.of()));
                } else {
                    read(client, readsVector, listener);
                }
            }, listener::onFailure));
        } else {
            read(client, readsVector, listener);
        }
    }

    private void read(Client client, boolean readsVector, ActionListener<Found> listener) {
        QueryInput words = new QueryInput(text.text(), new float[0], text.origin());
        if (readsVector == false) {
            listener.onResponse(new Found(words, List.of()));
            return;
        }
        EncodeAction.Request encode = new EncodeAction.Request(
            EncodeProcessor.DEFAULT_MODEL,
            Purpose.QUERY,
            Chunking.TRUNCATE,
            List.of(text.text()),
            TextQueryBuilder.DEFAULT_TIMEOUT
        );
        client.execute(EncodeAction.INSTANCE, encode, ActionListener.wrap(
            encoded -> listener.onResponse(new Found(new QueryInput(text.text(), encoded.vectors()[0], text.origin()), List.of())),
            e -> listener.onResponse(new Found(words, List.of("[affinity] the query could not be encoded " + reason(e))))
        ));
    }

    private static String reason(Exception e) {
        if (ExceptionsHelper.status(e) == RestStatus.FORBIDDEN) {
            return "because the caller lacks the permission [" + EncodeAction.NAME + "]: its meaning does not count";
        }
        if (ExceptionsHelper.unwrapCause(e) instanceof IllegalArgumentException wrong) {
            return "because of an error, its meaning does not count: " + wrong.getMessage();
        }
        return "in time: its meaning does not count";
    }
}
