package org.opensearch.affinity.manage;

import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.block.ClusterBlockException;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

/**
 * Whether the caller may search the indices that a tracker names: the plugin reads them with its own rights, and profiles show parts of them. A
 * security plugin decides; without one every search is allowed.
 */
final class CallersRights {
    private CallersRights() {}

    /** Searches the items and then the events with the caller's rights, without hits. Fails with status 403 if one of them is forbidden. */
    static void check(Tracker tracker, Client client, ActionListener<Void> listener) {
        String[] items = { tracker.items().index() };
        ActionListener<Void> thenEvents = ActionListener.wrap(
            allowed -> search("events.index", tracker.events().expressions(), client, listener),
            listener::onFailure
        );
        search("items.index", items, client, thenEvents);
    }

    private static void search(String option, String[] indices, Client client, ActionListener<Void> listener) {
        SearchSourceBuilder nothing = new SearchSourceBuilder().size(0).query(new MatchNoneQueryBuilder()).trackTotalHits(false);
        SearchRequest search = new SearchRequest(indices, nothing).indicesOptions(IndexExpressions.OPEN).allowPartialSearchResults(true).pipeline("_none");
        client.search(search, ActionListener.wrap(found -> listener.onResponse(null), e -> {
            RestStatus status = ExceptionsHelper.status(e);
            boolean isBlock = ExceptionsHelper.unwrap(e, ClusterBlockException.class) != null;
            if (isBlock == false && (status == RestStatus.FORBIDDEN || status == RestStatus.UNAUTHORIZED)) {
                String reason = "] the caller may not search [" + String.join(",", indices) + "], which a tracker makes visible: ";
                listener.onFailure(new OpenSearchStatusException("[" + option + reason + e.getMessage(), status, e));
            } else {
                listener.onResponse(null); // such as a block, or shards that are not available: no matter of rights
            }
        }));
    }
}
