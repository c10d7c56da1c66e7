package org.opensearch.affinity.profile;

import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.search.ClearScrollRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchScrollRequest;
import org.opensearch.action.support.WriteRequest;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.profile.ProfileIndex.Stored;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Reads and deletes profiles of many users, page by page: copies erasures to the next generation, and deletes old profiles. Runs
 * with the plugin's own permissions. Thread-safe.
 */
public final class ProfilePages {
    private static final int PAGE_SIZE = 500;
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueMinutes(5);

    private final Client client;
    private final SystemDocuments documents;

    public ProfilePages(Client client) {
        this.client = client;
        documents = new SystemDocuments(client);
    }

    /**
     * Copies all erasures of one generation to another. Profiles that exist there are not changed.
     *
     * @param to stores users under the keys of {@code from}, and perhaps further ones
     */
    public void copyErasures(UserNames from, UserNames to, ActionListener<Void> listener) {
        forEachPage(from.generationName(), (page, next) -> {
            List<Profile> renamed = page.stream()
                .map(profile -> new Profile(to.of(profile.user(), from)).emptyWith(profile.erasure()))
                .toList();
            create(to.generationName(), renamed, next);
        }, listener);
    }

    /**
     * Reads all erasures.
     *
     * @param tracker  the tracker's name, or that of one of its generations
     * @param each     given the stored name of the user and the erasure
     * @param listener called after the last one
     */
    public void erasures(String tracker, BiConsumer<String, Erasure> each, ActionListener<Void> listener) {
        forEachPage(tracker, (page, next) -> {
            page.forEach(profile -> each.accept(profile.user(), profile.erasure()));
            next.onResponse(null);
        }, listener);
    }

    /** Takes a page of empty profiles with erasures, and then calls {@code next} for the next page. */
    private interface PageConsumer {
        void accept(List<Profile> page, ActionListener<Void> next) throws IOException;
    }

    private void forEachPage(String tracker, PageConsumer consumer, ActionListener<Void> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(PAGE_SIZE).fetchSource("profile", null).sort("_doc");
        source.query(QueryBuilders.existsQuery("user"));
        SearchRequest search = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source).scroll(KEEP_ALIVE);
        RefreshRequest refresh = new RefreshRequest(IndexNames.PROFILES.alias(tracker));
        documents.asPlugin(listener, wrapped -> client.admin().indices().refresh(refresh, ActionListener.wrap(
            refreshed -> client.search(search, pageListener(consumer, wrapped)),
            wrapped::onFailure
        )));
    }

    private ActionListener<SearchResponse> pageListener(PageConsumer consumer, ActionListener<Void> listener) {
        return ActionListener.wrap(page -> {
            if (page.getHits().getHits().length == 0) {
                ClearScrollRequest clear = new ClearScrollRequest();
                clear.addScrollId(page.getScrollId());
                client.clearScroll(clear, ActionListener.map(listener, cleared -> null));
                return;
            }
            List<Profile> erased = new ArrayList<>();
            for (SearchHit hit : page.getHits()) {
                Profile profile = SystemDocuments.read(hit.getSourceAsMap().get("profile"), Profile::new);
                if (profile.erasure().equals(Erasure.NONE) == false) {
                    erased.add(new Profile(profile.user()).emptyWith(profile.erasure()));
                }
            }
            SearchScrollRequest scroll = new SearchScrollRequest(page.getScrollId()).scroll(KEEP_ALIVE);
            consumer.accept(
                erased,
                ActionListener.wrap(done -> client.searchScroll(scroll, pageListener(consumer, listener)), listener::onFailure)
            );
        }, listener::onFailure);
    }

    /** Writes new profiles; users that have one already keep it. */
    private void create(String tracker, List<Profile> profiles, ActionListener<Void> listener) throws IOException {
        if (profiles.isEmpty()) {
            listener.onResponse(null);
            return;
        }
        BulkRequest bulk = new BulkRequest();
        for (Profile profile : profiles) {
            bulk.add(ProfileIndex.request(tracker, new Stored(profile, 0, 0, true)));
        }
        client.bulk(bulk, ActionListener.map(listener, response -> {
            for (BulkItemResponse item : response) {
                if (item.isFailed() && item.getFailure().getStatus() != RestStatus.CONFLICT) {
                    throw item.getFailure().getCause();
                }
            }
            return null;
        }));
    }

    /**
     * Reads profiles whose last event is before a time, as of the index's last refresh.
     *
     * @param before epoch milliseconds
     * @param max    the most profiles to read
     */
    void findIdle(String tracker, long before, int max, ActionListener<List<Stored>> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(max).seqNoAndPrimaryTerm(true).fetchSource("profile", null);
        source.query(QueryBuilders.rangeQuery("last_event").lt(before));
        SearchRequest request = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source);
        documents.asPlugin(listener, wrapped -> client.search(request, ActionListener.map(wrapped, response -> {
            List<Stored> idle = new ArrayList<>();
            for (SearchHit hit : response.getHits()) {
                Profile profile = SystemDocuments.read(hit.getSourceAsMap().get("profile"), Profile::new);
                idle.add(new Stored(profile, hit.getSeqNo(), hit.getPrimaryTerm(), false));
            }
            return idle;
        })));
    }

    /**
     * Deletes profiles. A profile with an erasure is erased instead, to keep the erasure; one that has changed meanwhile is kept.
     *
     * @param now      epoch milliseconds
     * @param listener called with the number of profiles deleted or erased
     */
    void delete(String tracker, List<Stored> profiles, long now, ActionListener<Integer> listener) {
        BulkRequest bulk = new BulkRequest().setRefreshPolicy(WriteRequest.RefreshPolicy.IMMEDIATE);
        try {
            for (Stored stored : profiles) {
                Profile profile = stored.profile();
                if (profile.erasure().equals(Erasure.NONE)) {
                    DeleteRequest delete = new DeleteRequest(IndexNames.PROFILES.alias(tracker), ProfileIndex.idOfUser(profile.user()));
                    bulk.add(delete.setIfSeqNo(stored.seqNo()).setIfPrimaryTerm(stored.primaryTerm()));
                } else {
                    bulk.add(ProfileIndex.request(tracker, stored.with(profile.erased(now, profile.erasure().optedOut()))));
                }
            }
        } catch (IOException e) {
            listener.onFailure(e);
            return;
        }
        documents.asPlugin(listener, wrapped -> client.bulk(bulk, ActionListener.map(wrapped, response -> {
            int deleted = 0;
            for (BulkItemResponse item : response) {
                deleted += item.isFailed() ? 0 : 1;
            }
            return deleted;
        })));
    }
}
