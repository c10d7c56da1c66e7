package org.opensearch.affinity.tracker;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateListener;
import org.opensearch.cluster.ClusterStateUpdateTask;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.gateway.GatewayService;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps a copy of each tracker in the metadata of its live profile index, and defines the tracker again where only the copy is left. OpenSearch
 * drops the plugin's own metadata when a node starts without the plugin, and does not restore it with single indices; the metadata of an
 * index stays and comes along in snapshots. So a plugin that is installed again goes on, and restored profiles bring their tracker.
 *
 * <p>Runs on the elected cluster manager. A deleted tracker leaves no copy: {@link #without} belongs to the same update. Thread-safe.
 */
public final class TrackerBackup implements ClusterStateListener {
    private static final Logger LOGGER = LogManager.getLogger(TrackerBackup.class);
    /** The key of the copy in the metadata of an index. */
    private static final String KEY = "affinity";
    private static final String FORMAT = "1";
    private static final List<String> OWN = List.of(Trackers.KIND.type(), ProfileGenerations.KIND.type(), ActiveModels.KIND.type());

    private final ClusterService cluster;
    private final AtomicBoolean updating = new AtomicBoolean();

    public TrackerBackup(ClusterService cluster) {
        this.cluster = cluster;
    }

    @Override
    public void clusterChanged(ClusterChangedEvent event) {
        boolean recovered = event.state().blocks().hasGlobalBlock(GatewayService.STATE_NOT_RECOVERED_BLOCK) == false;
        boolean elected = event.previousState().nodes().isLocalNodeElectedClusterManager() == false;
        if (event.localNodeClusterManager() == false || recovered == false || (elected || concerns(event)) == false) {
            return;
        }
        if (update(event.state()) != event.state() && updating.compareAndSet(false, true)) {
            cluster.submitStateUpdateTask("affinity copies of trackers", new ClusterStateUpdateTask() {
                @Override
                public ClusterState execute(ClusterState state) {
                    updating.set(false);
                    return update(state);
                }

                @Override
                public void onFailure(String source, Exception e) {
                    updating.set(false);
                    LOGGER.warn("cannot update the copies of trackers; tries again with the next change", RedactedException.of(e));
                }
            });
        }
    }

    /** Whether a change concerns trackers or profile indices; most changes of a cluster's state do not. */
    private static boolean concerns(ClusterChangedEvent event) {
        Metadata now = event.state().metadata();
        Metadata before = event.previousState().metadata();
        if (now == before) {
            return false;
        }
        return OWN.stream().anyMatch(type -> Objects.equals(now.custom(type), before.custom(type)) == false)
            || now.indices().values().stream()
                .filter(index -> IndexNames.PROFILES.contains(index.getIndex().getName()))
                .anyMatch(index -> index != before.index(index.getIndex().getName()));
    }

    /** A state in which each tracker has a copy, and each copy a tracker; the same state if it is so already. */
    static ClusterState update(ClusterState state) {
        ClusterState updated = state;
        for (IndexMetadata index : state.metadata().indices().values()) {
            Map<String, String> copy = index.getCustomData(KEY);
            if (copy != null && Trackers.of(updated).isDefined(copy.get("name")) == false) {
                updated = restore(updated, index, copy);
            } else if (copy != null && isUnknownLive(index, copy.get("name"), updated)) {
                updated = ProfileGenerations.of(updated).restored(updated, copy.get("name"), copy.get("generations"));
            }
        }
        for (Tracker tracker : Trackers.of(updated).all()) {
            TrackerGenerations generations = ProfileGenerations.of(updated).of(tracker.name());
            IndexMetadata index = updated.metadata().index(IndexNames.PROFILES.ofGeneration(tracker.name(), generations.live()));
            Map<String, String> copy = copy(tracker.name(), generations, updated);
            if (index != null && copy.equals(index.getCustomData(KEY)) == false) {
                IndexMetadata.Builder changed = IndexMetadata.builder(index).putCustom(KEY, copy);
                updated = ClusterState.builder(updated).metadata(Metadata.builder(updated.metadata()).put(changed)).build();
            }
        }
        return updated;
    }

    /**
     * Whether an index is the live one of a tracker, which its alias tells, although the tracker's entry names another one, as after a
     * restore of an older cluster state.
     */
    private static boolean isUnknownLive(IndexMetadata index, String tracker, ClusterState state) {
        ProfileGenerations generations = ProfileGenerations.of(state);
        String live = IndexNames.PROFILES.ofGeneration(tracker, generations.of(tracker).live());
        return generations.unreadable().contains(tracker) == false
            && index.getAliases().containsKey(IndexNames.PROFILES.alias(tracker))
            && index.getIndex().getName().equals(live) == false;
    }

    /** The entries as they were written: parts of a later version stay. */
    private static Map<String, String> copy(String tracker, TrackerGenerations generations, ClusterState state) {
        Map<String, String> copy = new HashMap<>();
        copy.put("format", FORMAT);
        copy.put("name", tracker);
        copy.put("tracker", Trackers.of(state).text(tracker));
        String written = generations.isRebuilding() ? null : ProfileGenerations.of(state).text(tracker);
        copy.put("generations", written == null ? ProfileGenerations.KIND.text(generations.withoutNext()) : written);
        String model = ActiveModels.of(state).text(tracker);
        if (model != null) {
            copy.put("model", model);
        }
        return copy;
    }

    private static ClusterState restore(ClusterState state, IndexMetadata index, Map<String, String> copy) {
        String name = copy.get("name");
        if (FORMAT.equals(copy.get("format")) == false) {
            LOGGER.warn("[{}] is not defined again: its copy has format [{}], this version reads [{}]", name, copy.get("format"), FORMAT);
            return state;
        }
        try {
            TrackerGenerations generations = ProfileGenerations.KIND.value(copy.get("generations"));
            if (index.getIndex().getName().equals(IndexNames.PROFILES.ofGeneration(name, generations.live())) == false) {
                return state; // an index that was restored under another name
            }
            Trackers.KIND.value(copy.get("tracker"));
            ClusterState restored = Trackers.of(state).restored(state, name, copy.get("tracker"));
            restored = ProfileGenerations.of(restored).restored(restored, name, copy.get("generations"));
            ActiveModels.Active model = copy.containsKey("model") ? ActiveModels.KIND.value(copy.get("model")) : null;
            if (model != null && state.metadata().hasIndex(IndexNames.MODELS.index(name, model.number()))) {
                restored = ActiveModels.of(restored).restored(restored, name, copy.get("model"));
            }
            LOGGER.info("[{}] is defined again, from the copy with its profiles", name);
            return restored;
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("[{}] cannot be defined again from the copy with its profiles", name, RedactedException.of(e));
            return state;
        }
    }

    /** A state without copies of a tracker. */
    public static ClusterState without(ClusterState state, String tracker) {
        Metadata.Builder metadata = Metadata.builder(state.metadata());
        for (String name : IndexNames.PROFILES.of(tracker, state)) {
            if (state.metadata().index(name).getCustomData(KEY) != null) {
                IndexMetadata.Builder index = IndexMetadata.builder(state.metadata().index(name));
                index.removeCustom(KEY);
                metadata.put(index);
            }
        }
        return ClusterState.builder(state).metadata(metadata).build();
    }
}
