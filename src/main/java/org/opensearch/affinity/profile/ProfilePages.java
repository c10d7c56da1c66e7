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
 * Walks through all profiles of a tracker, page by page: to take along what users did not want to be known, and to delete what
 * is too old. With the plugin's own rights. Thread-safe.
 */
public final class ProfilePages {
    private static final int COPIED_AT_ONCE = 500;
    private static final TimeValue PAUSE = TimeValue.timeValueMinutes(5);

    private final Client client;
    private final SystemDocuments documents;

    public ProfilePages(Client client) {
        this.client = client;
        documents = new SystemDocuments(client);
    }

    /**
     * Copies what users did not want to be known, and nothing else, to where profiles are folded anew, under the names by which
     * users are stored there. Who is there already is left as is.
     *
     * @param to keeps users under the keys of the generation it is copied from, and perhaps further ones
     */
    public void copyAbsences(UserNames from, UserNames to, ActionListener<Void> listener) {
        absentPages(from.generationName(), (absent, then) -> {
            List<Profile> renamed = absent.stream().map(profile -> new Profile(to.of(profile.user(), from)).with(profile.absence())).toList();
            add(to.generationName(), renamed, then);
        }, listener);
    }

    /**
     * Says of each user who did not want something to be known what that is.
     *
     * @param tracker or the name of one of its generations
     */
    public void absences(String tracker, BiConsumer<String, Erasure> each, ActionListener<Void> listener) {
        absentPages(tracker, (absent, then) -> {
            absent.forEach(profile -> each.accept(profile.user(), profile.absence()));
            then.onResponse(null);
        }, listener);
    }

    /** Takes profiles that say nothing but what their users did not want to be known, and then calls for more. */
    private interface Absent {
        void take(List<Profile> page, ActionListener<Void> then) throws IOException;
    }

    private void absentPages(String tracker, Absent absent, ActionListener<Void> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(COPIED_AT_ONCE).fetchSource("profile", null).sort("_doc");
        SearchRequest search = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source.query(QueryBuilders.existsQuery("user"))).scroll(PAUSE);
        RefreshRequest refresh = new RefreshRequest(IndexNames.PROFILES.alias(tracker));
        documents.asPlugin(listener, wrapped -> client.admin().indices().refresh(refresh, ActionListener.wrap(
            refreshed -> client.search(search, taken(absent, wrapped)),
            wrapped::onFailure
        )));
    }

    private ActionListener<SearchResponse> taken(Absent taker, ActionListener<Void> listener) {
        return ActionListener.wrap(page -> {
            if (page.getHits().getHits().length == 0) {
                ClearScrollRequest clear = new ClearScrollRequest();
                clear.addScrollId(page.getScrollId());
                client.clearScroll(clear, ActionListener.map(listener, cleared -> null));
                return;
            }
            List<Profile> absent = new ArrayList<>();
            for (SearchHit hit : page.getHits()) {
                Profile profile = SystemDocuments.read(hit.getSourceAsMap().get("profile"), Profile::new);
                if (profile.absence().equals(Erasure.NONE) == false) {
                    absent.add(new Profile(profile.user()).with(profile.absence()));
                }
            }
            SearchScrollRequest next = new SearchScrollRequest(page.getScrollId()).scroll(PAUSE);
            taker.take(absent, ActionListener.wrap(done -> client.searchScroll(next, taken(taker, listener)), listener::onFailure));
        }, listener::onFailure);
    }

    /** Writes profiles of users who have none there. */
    private void add(String tracker, List<Profile> profiles, ActionListener<Void> listener) throws IOException {
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

    /** Profiles whose last event is before a time, epoch milliseconds, as of the index's last refresh. */
    void idle(String tracker, long before, int most, ActionListener<List<Stored>> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(most).seqNoAndPrimaryTerm(true).fetchSource("profile", null);
        SearchRequest request = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source.query(QueryBuilders.rangeQuery("last_event").lt(before)));
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
     * Deletes profiles, but for what their users did not want to be known. Those that changed meanwhile stay.
     *
     * @param listener gets how many are gone
     */
    void drop(String tracker, List<Stored> profiles, long now, ActionListener<Integer> listener) {
        BulkRequest bulk = new BulkRequest().setRefreshPolicy(WriteRequest.RefreshPolicy.IMMEDIATE);
        try {
            for (Stored stored : profiles) {
                Erasure absence = stored.profile().absence();
                if (absence.equals(Erasure.NONE)) {
                    DeleteRequest delete = new DeleteRequest(IndexNames.PROFILES.alias(tracker), ProfileIndex.idOfUser(stored.profile().user()));
                    bulk.add(delete.setIfSeqNo(stored.seqNo()).setIfPrimaryTerm(stored.primaryTerm()));
                } else {
                    bulk.add(ProfileIndex.request(tracker, stored.with(stored.profile().emptied(now, absence.optedOut()))));
                }
            }
        } catch (IOException e) {
            listener.onFailure(e);
            return;
        }
        documents.asPlugin(listener, wrapped -> client.bulk(bulk, ActionListener.map(wrapped, response -> {
            int gone = 0;
            for (BulkItemResponse item : response) {
                gone += item.isFailed() ? 0 : 1;
            }
            return gone;
        })));
    }
}
