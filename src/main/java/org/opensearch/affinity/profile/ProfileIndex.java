package org.opensearch.affinity.profile;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.engine.VersionConflictEngineException;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The index of a tracker's profiles, {@code .affinity-interests-<tracker>}: an alias of a hidden system index with one document a
 * user, and one a log shard with the progress of its follower ({@code ProgressIndex}), so that both are saved and restored together.
 *
 * <p>In the methods, {@code tracker} is the name after the prefix: the tracker's for the generation in use, or that of one
 * generation; {@code user} is the name under which that generation stores the user. {@code UserNames} has both. Calls are asynchronous
 * and run with the plugin's own permissions; listeners are called in the caller's thread context. Thread-safe.
 */
public final class ProfileIndex {
    /** The field of a follower's progress with the {@link TasteStatistics} that searches use. */
    public static final String PUBLISHED_STATISTICS = "shown";
    private static final int MAX_RETRIES = 100;

    /**
     * A profile and the version of the document that it was read from. The holder may change the profile and write it over that
     * version.
     *
     * @param seqNo       not used for a new profile
     * @param primaryTerm not used for a new profile
     * @param isNew       whether there was no document
     */
    public record Stored(Profile profile, long seqNo, long primaryTerm, boolean isNew) {
        /** Returns another profile, to be written over the same version. */
        Stored with(Profile other) {
            return new Stored(other, seqNo, primaryTerm, isNew);
        }
    }

    private final Client client;
    private final SystemDocuments documents;

    public ProfileIndex(Client client) {
        this.client = client;
        documents = new SystemDocuments(client);
    }

    /** Returns the id of a user's document. */
    public static String idOfUser(String user) {
        return SystemDocuments.id("user:", user);
    }

    /**
     * Returns the id of the document with the progress of a log shard's follower.
     *
     * @param key see {@link LogShard#key}
     */
    public static String idOfShard(String key) {
        return "slice:" + key;
    }

    /**
     * Creates the index of a generation, unless it exists.
     *
     * @param tracker the tracker's name
     * @param live    whether it is the generation in use, which gets the alias of the tracker
     * @param vectors dimensions of the item vectors, see {@link VectorDimensions}
     */
    public void create(String tracker, int generation, boolean live, List<Integer> vectors, ActionListener<Void> listener) {
        Settings settings = Settings.builder().put("index.auto_expand_replicas", "0-1").put("index.codec", "best_compression").build();
        List<Alias> aliases = ProfileGenerations.names(tracker, generation, live)
            .stream()
            .map(name -> new Alias(IndexNames.PROFILES.alias(name)).writeIndex(true))
            .toList();
        documents.create(IndexNames.PROFILES.ofGeneration(tracker, generation), aliases, settings, mapping(vectors), listener);
    }

    private static XContentBuilder mapping(List<Integer> vectors) {
        try {
            XContentBuilder mapping = XContentFactory.jsonBuilder().startObject().field("dynamic", "strict");
            VectorDimensions.store(vectors, mapping);
            mapping.startObject("properties");
            for (String field : List.of("user", "index", "origin")) {
                mapping.startObject(field).field("type", "keyword").field("ignore_above", 8191).endObject();
            }
            for (String field : List.of("events", "shard", "read_to", "applied", "created", "origin_before")) {
                mapping.startObject(field).field("type", "long").endObject();
            }
            mapping.startObject("last_event").field("type", "date").field("format", "epoch_millis").endObject();
            mapping.startObject("skipped").field("type", "object").field("enabled", false).endObject();
            for (String field : List.of("profile", "population", PUBLISHED_STATISTICS)) {
                mapping.startObject(field).field("type", "binary").endObject();
            }
            return mapping.endObject().endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The result of {@link #get}.
     *
     * @param profile null if the user has none
     */
    record Found(Profile profile, CommonTaste common) {}

    /**
     * Reads one profile and the common taste of the users of log shards, as of the last write.
     *
     * @param user   null for the common taste only
     * @param shards the log shards of the tracker; empty if common taste is not needed
     */
    void get(String tracker, String user, List<LogShard> shards, ActionListener<Found> listener) {
        documents.get(IndexNames.PROFILES.alias(tracker), ids(user, shards), found(user, shards, listener));
    }

    /** As {@link #get}, from this node's copy only, as {@link ProfileCache} requires it; fails where the node has none. */
    void getLocal(String tracker, String user, List<LogShard> shards, ActionListener<Found> listener) {
        documents.getLocal(IndexNames.PROFILES.alias(tracker), ids(user, shards), found(user, shards, listener));
    }

    private static List<String> ids(String user, List<LogShard> shards) {
        List<String> ids = new ArrayList<>();
        shards.forEach(logShard -> ids.add(idOfShard(logShard.key())));
        if (user != null) {
            ids.add(idOfUser(user));
        }
        return ids;
    }

    private static ActionListener<List<GetResponse>> found(String user, List<LogShard> shards, ActionListener<Found> listener) {
        return ActionListener.map(listener, found -> {
            List<TasteStatistics> parts = new ArrayList<>();
            for (int i = 0; i < shards.size(); i++) {
                parts.add(publishedStatistics(found.get(i)));
            }
            GetResponse profile = user == null ? null : found.getLast();
            return new Found(profile != null && profile.isExists() ? profile(profile) : null, CommonTaste.of(parts));
        });
    }

    private static TasteStatistics publishedStatistics(GetResponse progress) throws IOException {
        return progress.isExists()
            ? SystemDocuments.read(progress.getSourceAsMap().get(PUBLISHED_STATISTICS), TasteStatistics::new)
            : TasteStatistics.NONE;
    }

    /** Reads the profile of a user, to change it; a user without one gets a new, empty one. */
    private void load(String tracker, String user, ActionListener<Stored> listener) {
        List<String> ids = List.of(idOfUser(user));
        documents.get(IndexNames.PROFILES.alias(tracker), ids, ActionListener.map(listener, found -> stored(user, found.getFirst())));
    }

    static Stored stored(String user, GetResponse found) throws IOException {
        return found.isExists()
            ? new Stored(profile(found), found.getSeqNo(), found.getPrimaryTerm(), false)
            : new Stored(new Profile(user), 0, 0, true);
    }

    private static Profile profile(GetResponse found) throws IOException {
        return profile(found.getSourceAsBytesRef());
    }

    /** Reads the profile in the source of a document. */
    static Profile profile(BytesReference source) throws IOException {
        Object profile = XContentHelper.convertToMap(source, false, XContentType.CBOR).v2().get("profile");
        return SystemDocuments.read(profile, Profile::new);
    }

    /** Returns the request that writes a profile over the version that it was read from. */
    static IndexRequest request(String tracker, Stored stored) throws IOException {
        Profile profile = stored.profile();
        XContentBuilder source = SystemDocuments.source().field("user", profile.user());
        if (profile.events() > 0) { // an erased profile is neither counted as a user nor found by its age
            source.field("events", profile.events()).field("last_event", profile.lastEvent());
        }
        SystemDocuments.write(source, "profile", profile);
        source.endObject();
        IndexRequest request = new IndexRequest(IndexNames.PROFILES.alias(tracker)).id(idOfUser(profile.user()));
        request.source(source).setRequireAlias(true);
        return SystemDocuments.ifUnchanged(request, stored.isNew(), stored.seqNo(), stored.primaryTerm());
    }

    /**
     * Changes one profile, and tries again if it is written meanwhile.
     *
     * @param change   given the stored profile, or an empty one: the profile to store, or its argument to store nothing
     * @param listener called with the profile as stored
     */
    void update(String tracker, String user, UnaryOperator<Profile> change, ActionListener<Profile> listener) {
        update(tracker, user, change, 0, listener);
    }

    private void update(String tracker, String user, UnaryOperator<Profile> change, int retries, ActionListener<Profile> listener) {
        load(tracker, user, ActionListener.wrap(stored -> {
            Profile changed = change.apply(stored.profile());
            if (changed == stored.profile()) {
                listener.onResponse(changed);
                return;
            }
            IndexRequest request = request(tracker, stored.with(changed));
            documents.index(List.of(request), ActionListener.wrap(saved -> listener.onResponse(changed), e -> {
                if (retries < MAX_RETRIES && ExceptionsHelper.unwrapCause(e) instanceof VersionConflictEngineException) {
                    update(tracker, user, change, retries + 1, listener);
                } else {
                    listener.onFailure(e);
                }
            }));
        }, listener::onFailure));
    }

    /** Counts the users that have a profile with events, as of the index's last refresh. */
    public void users(String tracker, ActionListener<Long> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(0).trackTotalHits(true).query(QueryBuilders.existsQuery("events"));
        SearchRequest request = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source);
        documents.asPlugin(
            listener,
            wrapped -> client.search(request, ActionListener.map(wrapped, response -> response.getHits().getTotalHits().value()))
        );
    }

    /** Deletes indices of profiles or item rows. */
    public void delete(List<String> indices, ActionListener<Void> listener) {
        documents.delete(indices, listener);
    }
}
