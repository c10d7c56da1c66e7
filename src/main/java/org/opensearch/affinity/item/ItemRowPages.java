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

/** Walks through a tracker's item table, page by page, with the plugin's own rights. Thread-safe. */
public final class ItemRowPages {
    private static final int PAGE = 5_000;
    private static final TimeValue PAUSE = TimeValue.timeValueMinutes(5);

    /** Is told of each row, one after another. */
    public interface Visitor {
        /**
         * @param weight what the events that liked the item were worth at {@code time}
         * @param time   of the newest of them, epoch milliseconds
         */
        void row(String item, double weight, long time);
    }

    private final Client client;
    private final SystemDocuments documents;

    public ItemRowPages(Client client) {
        this.client = client;
        documents = new SystemDocuments(client);
    }

    /** Shows all rows as of their last write to a visitor, and answers when there are no more. */
    public void walk(String tracker, Visitor visitor, ActionListener<Void> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(PAGE).fetchSource(false).sort("_doc");
        source.docValueField("item").docValueField("popularity").docValueField("time", "epoch_millis");
        SearchRequest search = new SearchRequest(IndexNames.ITEM_ROWS.alias(tracker)).source(source).allowPartialSearchResults(false).scroll(PAUSE);
        documents.asPlugin(listener, wrapped -> client.admin().indices().refresh(new RefreshRequest(IndexNames.ITEM_ROWS.alias(tracker)), ActionListener.wrap(
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
                if (hit.field("item") != null) { // an id that is too long for a keyword is nobody's
                    double weight = ((Number) hit.field("popularity").getValue()).doubleValue();
                    visitor.row(hit.field("item").getValue(), weight, Long.parseLong(hit.field("time").getValue().toString()));
                }
            }
            client.searchScroll(new SearchScrollRequest(page.getScrollId()).scroll(PAUSE), page(visitor, listener));
        }, listener::onFailure);
    }
}
