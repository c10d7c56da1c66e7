package org.opensearch.affinity.profile;

import org.opensearch.action.DocWriteResponse;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.profile.ProfileIndex.Stored;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Profiles that the followers of this node read and write, many at a time. Users come back within minutes, so the newest documents are
 * remembered: of these only the version is read, which is much cheaper, and the document itself if it is another one. So a remembered
 * profile is never older than a read. Thread-safe.
 *
 * <p>In the methods, {@code tracker} is the name of a profile generation, as in {@link ProfileIndex}, and {@code history} identifies its
 * index, because another index of the same name can have the same versions.
 */
public final class FollowedProfiles {
    private static final long MAX_BYTES = 32L << 20;
    private static final long BYTES_BESIDE = 300;

    private record Key(String history, String id) {}

    private record Remembered(long seqNo, long primaryTerm, BytesReference source) {
        boolean isVersionOf(GetResponse document) {
            return document.isExists() && document.getSeqNo() == seqNo && document.getPrimaryTerm() == primaryTerm;
        }
    }

    private final SystemDocuments documents;
    private final Cache<Key, Remembered> newest = CacheBuilder.<Key, Remembered>builder()
        .setMaximumWeight(MAX_BYTES)
        .weigher((key, remembered) -> BYTES_BESIDE + key.id.length() + remembered.source.length())
        .build();

    public FollowedProfiles(Client client) {
        documents = new SystemDocuments(client);
    }

    /**
     * Reads the profiles of users, to change them.
     *
     * @param listener called on the followers' thread pool with the profiles by user; a user without one gets a new, empty one
     */
    public void load(String tracker, String history, List<String> users, ActionListener<Map<String, Stored>> listener) {
        Map<String, Remembered> remembered = new HashMap<>();
        for (String user : users) {
            String id = ProfileIndex.idOfUser(user);
            Remembered last = newest.get(new Key(history, id));
            if (last != null) {
                remembered.put(id, last);
            }
        }
        read(tracker, users, remembered, ActionListener.wrap(found -> {
            Map<String, Stored> loaded = new HashMap<>();
            List<String> outdated = new ArrayList<>();
            for (int i = 0; i < users.size(); i++) {
                GetResponse document = found.get(i);
                Remembered last = remembered.get(ProfileIndex.idOfUser(users.get(i)));
                if (last != null && document.isExists() && last.isVersionOf(document) == false) {
                    outdated.add(users.get(i));
                } else {
                    loaded.put(users.get(i), stored(history, users.get(i), document, last));
                }
            }
            read(tracker, outdated, Map.of(), ActionListener.map(listener, current -> {
                for (int i = 0; i < outdated.size(); i++) {
                    loaded.put(outdated.get(i), stored(history, outdated.get(i), current.get(i), null));
                }
                return loaded;
            }));
        }, listener::onFailure));
    }

    private void read(String tracker, List<String> users, Map<String, ?> versionsOnly, ActionListener<List<GetResponse>> listener) {
        if (users.isEmpty()) {
            listener.onResponse(List.of());
            return;
        }
        List<String> ids = users.stream().map(ProfileIndex::idOfUser).toList();
        String index = IndexNames.PROFILES.alias(tracker);
        documents.getMany(index, ids, id -> versionsOnly.containsKey(id) == false, ReadEventsAction.THREAD_POOL, listener);
    }

    /** @param last the remembered document if it is the one that was found without its source; otherwise null, or there is none */
    private Stored stored(String history, String user, GetResponse found, Remembered last) throws IOException {
        if (last == null || found.isExists() == false) {
            if (found.isExists()) {
                remember(history, found.getId(), found.getSeqNo(), found.getPrimaryTerm(), found.getSourceAsBytesRef());
            }
            return ProfileIndex.stored(user, found);
        }
        return new Stored(ProfileIndex.profile(last.source), last.seqNo, last.primaryTerm, false);
    }

    private void remember(String history, String id, long seqNo, long primaryTerm, BytesReference source) {
        newest.put(new Key(history, id), new Remembered(seqNo, primaryTerm, source));
    }

    /**
     * Writes profiles over the versions that they were read from. Fails if one has changed meanwhile or could not be written; the
     * others are written nevertheless.
     */
    public void save(String tracker, String history, List<Stored> changed, ActionListener<Void> listener) {
        List<IndexRequest> requests = new ArrayList<>(changed.size());
        try {
            for (Stored stored : changed) {
                requests.add(ProfileIndex.request(tracker, stored));
            }
        } catch (IOException e) {
            listener.onFailure(e);
            return;
        }
        documents.index(requests, ActionListener.map(listener, written -> {
            for (int i = 0; i < requests.size(); i++) {
                DocWriteResponse response = written.get(i);
                remember(history, response.getId(), response.getSeqNo(), response.getPrimaryTerm(), requests.get(i).source());
            }
            return null;
        }));
    }
}
