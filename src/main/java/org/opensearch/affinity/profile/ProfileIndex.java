package org.opensearch.affinity.profile;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.get.GetRequest;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.event.Event.Skipped;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.follow.Progress;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.engine.VersionConflictEngineException;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Where a tracker's profiles lie, by the names of users that {@code UserNames} gives: {@code .affinity-interests-<tracker>}, an
 * alias of a system index, one document a user, and one a slice that says how far it was read. All calls are asynchronous and
 * run with the plugin's own rights; listeners are called with the caller's thread context. Thread-safe.
 */
public final class ProfileIndex {
    /** Pattern of all of the plugin's system indices. */
    public static final String SYSTEM_INDICES = ".affinity-*";
    public static final String SYSTEM_PREFIX = ".affinity-";
    public static final String PREFIX = SYSTEM_PREFIX + "interests-";
    private static final int MAX_SLICES = 10_000;
    private static final int MAX_RETRIES = 100;

    /** A profile and the version of the document it was read from; a new one has none. */
    public record Stored(Profile profile, long seqNo, long primaryTerm, boolean isNew) {
        /** Another profile, to be written over the same version. */
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

    /** The alias under which a tracker's profiles are read and written. */
    public static String alias(String tracker) {
        return PREFIX + tracker;
    }

    /** The index of a generation. */
    public static String index(String tracker, int generation) {
        return alias(tracker) + "." + (generation + 1);
    }

    /** Every index that holds profiles of the tracker. A dot is in no tracker's name, so none of another one is among them. */
    public static List<String> indices(String tracker, ClusterState state) {
        return state.metadata().indices().keySet().stream().filter(index -> index.startsWith(alias(tracker) + ".")).toList();
    }

    public static String idOfUser(String user) {
        return SystemDocuments.id("user:", user);
    }

    static String idOfSlice(String key) {
        return "slice:" + key;
    }

    /**
     * Creates the index of a generation unless it is there.
     *
     * @param live whether it is the one that is used
     */
    public void create(String tracker, int generation, boolean live, ActionListener<Void> listener) {
        Settings settings = Settings.builder().put("index.auto_expand_replicas", "0-1").put("index.codec", "best_compression").build();
        List<Alias> aliases = ProfileGenerations.names(tracker, generation, live).stream().map(name -> new Alias(alias(name)).writeIndex(true)).toList();
        documents.create(index(tracker, generation), aliases, settings, mapping(), listener);
    }

    private static XContentBuilder mapping() {
        try {
            XContentBuilder mapping = XContentFactory.jsonBuilder().startObject().field("dynamic", "strict").startObject("properties");
            for (String field : List.of("user", "index", "origin")) {
                mapping.startObject(field).field("type", "keyword").field("ignore_above", 8191).endObject();
            }
            for (String field : List.of("events", "shard", "read_to", "applied", "created", "origin_before")) {
                mapping.startObject(field).field("type", "long").endObject();
            }
            mapping.startObject("last_event").field("type", "date").field("format", "epoch_millis").endObject();
            mapping.startObject("skipped").field("type", "object").field("enabled", false).endObject();
            for (String field : List.of("profile", "population", "shown")) {
                mapping.startObject(field).field("type", "binary").endObject();
            }
            return mapping.endObject().endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A profile, null when the user has none, and what it is to be compared with. */
    record Found(Profile profile, CommonTaste common) {}

    /**
     * Reads one profile and the population of the slices, as of the last write.
     *
     * @param user null for the population alone
     */
    void get(String tracker, String user, List<LogShard> slices, ActionListener<Found> listener) {
        documents.get(alias(tracker), ids(user, slices), found(user, slices, listener));
    }

    /** The same from this node's copy alone, whose writes {@link ProfileCache} hears of; fails where it has none. */
    void getHere(String tracker, String user, List<LogShard> slices, ActionListener<Found> listener) {
        documents.getHere(alias(tracker), ids(user, slices), found(user, slices, listener));
    }

    private static List<String> ids(String user, List<LogShard> slices) {
        List<String> ids = new ArrayList<>();
        slices.forEach(slice -> ids.add(idOfSlice(slice.key())));
        if (user != null) {
            ids.add(idOfUser(user));
        }
        return ids;
    }

    private static ActionListener<List<GetResponse>> found(String user, List<LogShard> slices, ActionListener<Found> listener) {
        return ActionListener.map(listener, found -> {
            List<TasteStatistics> parts = new ArrayList<>();
            for (int i = 0; i < slices.size(); i++) {
                parts.add(progress(found.get(i)).shown());
            }
            GetResponse profile = user == null ? null : found.getLast();
            return new Found(profile != null && profile.isExists() ? profile(profile) : null, CommonTaste.of(parts));
        });
    }

    /** Reads the profiles of several users, by user; a user without one gets a new one. */
    public void load(String tracker, Collection<String> users, ActionListener<Map<String, Stored>> listener) {
        List<String> ids = users.stream().map(ProfileIndex::idOfUser).toList();
        documents.get(alias(tracker), ids, ActionListener.map(listener, found -> {
            Map<String, Stored> loaded = new HashMap<>();
            int i = 0;
            for (String user : users) {
                loaded.put(user, stored(user, found.get(i++)));
            }
            return loaded;
        }));
    }

    private static Stored stored(String user, GetResponse found) throws IOException {
        return found.isExists()
            ? new Stored(profile(found), found.getSeqNo(), found.getPrimaryTerm(), false)
            : new Stored(new Profile(user), 0, 0, true);
    }

    private static Profile profile(GetResponse found) throws IOException {
        return SystemDocuments.read(found.getSourceAsMap().get("profile"), Profile::new);
    }

    /**
     * Writes profiles over the versions they were read from. Fails when one changed meanwhile or could not be written; the
     * others are written then.
     */
    public void save(String tracker, Collection<Stored> changed, ActionListener<Void> listener) {
        documents.index(changed, stored -> request(tracker, stored), listener);
    }

    /** That writes a profile over the version it was read from. */
    static IndexRequest request(String tracker, Stored stored) throws IOException {
        Profile profile = stored.profile();
        XContentBuilder source = SystemDocuments.source().field("user", profile.user());
        if (profile.events() > 0) { // else nobody is to be counted or found by what is left
            source.field("events", profile.events()).field("last_event", profile.lastEvent());
        }
        SystemDocuments.write(source, "profile", profile);
        source.endObject();
        IndexRequest request = new IndexRequest(alias(tracker)).id(idOfUser(profile.user())).source(source).setRequireAlias(true);
        return SystemDocuments.over(request, stored.isNew(), stored.seqNo(), stored.primaryTerm());
    }

    /**
     * Changes one profile, whatever is written to it meanwhile.
     *
     * @param change of the profile as it is, or of an empty one; what it answers with is stored unless it is the same
     */
    void change(String tracker, String user, UnaryOperator<Profile> change, ActionListener<Profile> listener) {
        change(tracker, user, change, 0, listener);
    }

    private void change(String tracker, String user, UnaryOperator<Profile> change, int retries, ActionListener<Profile> listener) {
        load(tracker, List.of(user), ActionListener.wrap(loaded -> {
            Stored stored = loaded.get(user);
            Profile changed = change.apply(stored.profile());
            if (changed == stored.profile()) {
                listener.onResponse(changed);
                return;
            }
            save(tracker, List.of(stored.with(changed)), ActionListener.wrap(saved -> listener.onResponse(changed), e -> {
                if (retries < MAX_RETRIES && ExceptionsHelper.unwrapCause(e) instanceof VersionConflictEngineException) {
                    change(tracker, user, change, retries + 1, listener);
                } else {
                    listener.onFailure(e);
                }
            }));
        }, listener::onFailure));
    }

    /** How far the slice was read; {@link Progress#START} before the first batch. */
    public void progress(String tracker, LogShard slice, ActionListener<Progress> listener) {
        GetRequest request = new GetRequest(alias(tracker), idOfSlice(slice.key()));
        documents.asPlugin(listener, wrapped -> client.get(request, ActionListener.map(wrapped, ProfileIndex::progress)));
    }

    /** How far several slices of one tracker were read, in their order. */
    public void progress(String tracker, List<LogShard> slices, ActionListener<List<Progress>> listener) {
        List<String> ids = slices.stream().map(slice -> idOfSlice(slice.key())).toList();
        documents.get(alias(tracker), ids, ActionListener.map(listener, found -> {
            List<Progress> progress = new ArrayList<>();
            for (GetResponse document : found) {
                progress.add(progress(document));
            }
            return progress;
        }));
    }

    /** How far every slice was read that was ever followed, by its key. */
    public void readTo(String tracker, ActionListener<Map<String, Long>> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(MAX_SLICES).query(QueryBuilders.existsQuery("read_to"));
        source.fetchSource("read_to", null);
        SearchRequest request = new SearchRequest(alias(tracker)).source(source);
        documents.asPlugin(listener, wrapped -> client.search(request, ActionListener.map(wrapped, response -> {
            Map<String, Long> readTo = new HashMap<>();
            for (SearchHit hit : response.getHits()) {
                Number stored = (Number) hit.getSourceAsMap().get("read_to");
                readTo.put(keyOf(hit), stored.longValue());
            }
            return readTo;
        })));
    }

    /** How many users have a profile, as of the index's last refresh. */
    public void users(String tracker, ActionListener<Long> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(0).trackTotalHits(true).query(QueryBuilders.existsQuery("events"));
        SearchRequest request = new SearchRequest(alias(tracker)).source(source);
        documents.asPlugin(
            listener,
            wrapped -> client.search(request, ActionListener.map(wrapped, response -> response.getHits().getTotalHits().value()))
        );
    }

    /** Deletes indices of profiles, see {@link #indices}. */
    public void delete(List<String> indices, ActionListener<Void> listener) {
        documents.delete(indices, listener);
    }

    /**
     * How far a slice was read before its index was restored: of those that had its index's name and time of creation and are gone
     * the one that was followed last. A slice that is not one of a restored index has none.
     *
     * @param existing the keys of all shards there are
     * @param listener told the progress as of the last write, whose origin is that slice; null without one
     */
    public void predecessor(String tracker, LogShard slice, Set<String> existing, ActionListener<Progress> listener) {
        BoolQueryBuilder earlier = QueryBuilders.boolQuery().filter(QueryBuilders.termQuery("index", slice.shard().getIndexName()));
        earlier.filter(QueryBuilders.termQuery("shard", slice.shard().id()));
        earlier.filter(QueryBuilders.termQuery("created", slice.history().created()));
        SearchSourceBuilder source = new SearchSourceBuilder().size(MAX_SLICES).query(earlier).seqNoAndPrimaryTerm(true);
        SearchRequest request = new SearchRequest(alias(tracker)).source(source);
        ActionListener<SearchResponse> found = ActionListener.map(listener, response -> {
            SearchHit last = null;
            for (SearchHit hit : response.getHits()) {
                if (existing.contains(keyOf(hit)) == false && (last == null || hit.getSeqNo() > last.getSeqNo())) {
                    last = hit;
                }
            }
            if (last == null) {
                return null;
            }
            String history = keyOf(last).substring(0, keyOf(last).lastIndexOf('/'));
            return progress(last.getSourceAsMap(), last.getSeqNo(), last.getPrimaryTerm()).restored(new LogShardOrigin(history, slice.history().term()));
        });
        // A search alone sees what was written a second ago.
        documents.asPlugin(
            found,
            wrapped -> client.admin()
                .indices()
                .refresh(new RefreshRequest(alias(tracker)), ActionListener.wrap(seen -> client.search(request, wrapped), wrapped::onFailure))
        );
    }

    private static String keyOf(SearchHit progress) {
        return progress.getId().substring(idOfSlice("").length());
    }

    private static Progress progress(GetResponse found) throws IOException {
        return found.isExists() ? progress(found.getSourceAsMap(), found.getSeqNo(), found.getPrimaryTerm()) : Progress.START;
    }

    private static Progress progress(Map<String, Object> source, long seqNo, long primaryTerm) throws IOException {
        Map<Skipped, Long> skipped = new EnumMap<>(Skipped.class);
        ((Map<?, ?>) source.get("skipped")).forEach(
            (reason, count) -> skipped.put(Skipped.valueOf(reason.toString().toUpperCase(Locale.ROOT)), ((Number) count).longValue())
        );
        long readTo = ((Number) source.get("read_to")).longValue();
        long applied = ((Number) source.get("applied")).longValue();
        TasteStatistics population = SystemDocuments.read(source.get("population"), TasteStatistics::new);
        TasteStatistics shown = SystemDocuments.read(source.get("shown"), TasteStatistics::new);
        LogShardOrigin origin = source.containsKey("origin")
            ? new LogShardOrigin((String) source.get("origin"), ((Number) source.get("origin_before")).longValue())
            : LogShardOrigin.NONE;
        return new Progress(readTo, applied, skipped, population, shown, origin, seqNo, primaryTerm);
    }

    /** Writes the progress over the version it came from and answers with the one that is stored now. */
    public void save(String tracker, LogShard slice, Progress progress, ActionListener<Progress> listener) {
        IndexRequest request = new IndexRequest(alias(tracker)).id(idOfSlice(slice.key())).setRequireAlias(true);
        SystemDocuments.over(request, progress.isStored() == false, progress.seqNo(), progress.primaryTerm());
        try {
            XContentBuilder source = SystemDocuments.source();
            source.field("index", slice.shard().getIndexName()).field("shard", slice.shard().id());
            source.field("created", slice.history().created());
            if (progress.origin().equals(LogShardOrigin.NONE) == false) {
                source.field("origin", progress.origin().history()).field("origin_before", progress.origin().before());
            }
            source.field("read_to", progress.readTo()).field("applied", progress.applied()).startObject("skipped");
            for (Map.Entry<Skipped, Long> reason : progress.skipped().entrySet()) {
                source.field(Progress.nameOf(reason.getKey()), reason.getValue());
            }
            SystemDocuments.write(source.endObject(), "population", progress.population());
            SystemDocuments.write(source, "shown", progress.shown());
            request.source(source.endObject());
        } catch (IOException e) {
            listener.onFailure(e);
            return;
        }
        documents.asPlugin(
            listener,
            wrapped -> client.index(
                request,
                ActionListener.map(wrapped, response -> progress.storedAs(response.getSeqNo(), response.getPrimaryTerm()))
            )
        );
    }
}
