package org.opensearch.affinity.item;

import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.search.ClearScrollRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchScrollRequest;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

/** Reads all item rows of a tracker from their index, page by page, with the plugin's own permissions. Thread-safe. */
public final class ItemRowPages {
    private static final int PAGE_SIZE = 5_000;
    /** How long the scroll stays open between two pages. */
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueMinutes(5);

    /** Called with each row, one after another. */
    public interface Visitor {
        /**
         * @param weight decayed weight of the events that liked the item, as of {@code time}
         * @param time   of the newest of these events, epoch milliseconds
         */
        void visit(String item, double weight, long time);
    }

    private final Client client;
    private final SystemDocuments documents;

    public ItemRowPages(Client client) {
        this.client = client;
        documents = new SystemDocuments(client);
    }

    /** Refreshes the index, calls the visitor with all rows and then answers. Rows of ids too long for a keyword field are left out. */
    public void walk(String tracker, Visitor visitor, ActionListener<Void> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(PAGE_SIZE).fetchSource(false).sort("_doc");
        source.docValueField("item").docValueField("popularity").docValueField("time", "epoch_millis");
        String alias = IndexNames.ITEM_ROWS.alias(tracker);
        SearchRequest search = new SearchRequest(alias).source(source).allowPartialSearchResults(false).scroll(KEEP_ALIVE);
        documents.asPlugin(listener, wrapped -> client.admin().indices().refresh(new RefreshRequest(alias), ActionListener.wrap(
            refreshed -> client.search(search, page(visitor, wrapped)),
            wrapped::onFailure
        )));
    }

    private ActionListener<SearchResponse> page(Visitor visitor, ActionListener<Void> listener) {
        return ActionListener.wrap(page -> {
            if (page.getHits().getHits().length == 0) {
                ClearScrollRequest clear = new ClearScrollRequest();
                clear.addScrollId(page.getScrollId());
                client.clearScroll(clear, ActionListener.map(listener, cleared -> null));
                return;
            }
            for (SearchHit hit : page.getHits()) {
                if (hit.field("item") != null) { // null for an id longer than ignore_above
                    double weight = ((Number) hit.field("popularity").getValue()).doubleValue();
                    visitor.visit(hit.field("item").getValue(), weight, Long.parseLong(hit.field("time").getValue().toString()));
                }
            }
            client.searchScroll(new SearchScrollRequest(page.getScrollId()).scroll(KEEP_ALIVE), page(visitor, listener));
        }, listener::onFailure);
    }
}
