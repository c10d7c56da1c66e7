package org.opensearch.affinity.profile;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.LocalNodeClusterManagerListener;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

/**
 * Deletes profiles of users who did nothing for as long as their tracker keeps what they do: once an hour, on the elected cluster
 * manager. What users did not want to be known stays.
 */
public final class ProfileRetention implements LocalNodeClusterManagerListener {
    private static final Logger LOGGER = LogManager.getLogger(ProfileRetention.class);
    private static final TimeValue HOUR = TimeValue.timeValueHours(1);
    private static final int BATCH = 500;

    private final ClusterService cluster;
    private final Client client;
    private final ProfilePages profiles;
    private Scheduler.Cancellable sweeps;

    public ProfileRetention(ClusterService cluster, Client client) {
        this.cluster = cluster;
        this.client = client;
        profiles = new ProfilePages(client);
    }

    @Override
    public synchronized void onClusterManager() {
        sweeps = client.threadPool().scheduleWithFixedDelay(this::sweepAll, HOUR, ThreadPool.Names.GENERIC);
    }

    @Override
    public synchronized void offClusterManager() {
        sweeps.cancel();
    }

    private void sweepAll() {
        for (Tracker tracker : Trackers.of(cluster.state()).all()) {
            sweep(tracker, System.currentTimeMillis(), ActionListener.wrap(gone -> {
                if (gone > 0) {
                    LOGGER.info("[{}] [{}] profiles deleted: nothing happened for [{}]", tracker.name(), gone, tracker.retention().orElseThrow());
                }
            }, e -> LOGGER.warn("[{}] cannot delete profiles by age; will try again in an hour", tracker.name(), RedactedException.of(e))));
        }
    }

    /**
     * Deletes the profiles of one tracker that are too old, batch after batch.
     *
     * @param now      epoch milliseconds
     * @param listener gets how many are gone
     */
    public void sweep(Tracker tracker, long now, ActionListener<Long> listener) {
        if (tracker.retention().isEmpty()) {
            listener.onResponse(0L);
        } else {
            sweep(tracker, now, 0, listener);
        }
    }

    private void sweep(Tracker tracker, long now, long before, ActionListener<Long> listener) {
        long oldest = now - tracker.retention().orElseThrow().millis();
        profiles.idle(tracker.name(), oldest, BATCH, ActionListener.wrap(idle -> {
            if (idle.isEmpty()) {
                listener.onResponse(before);
                return;
            }
            profiles.drop(tracker.name(), idle, now, ActionListener.wrap(gone -> {
                if (gone == 0) {
                    listener.onResponse(before); // all of them changed meanwhile
                } else {
                    sweep(tracker, now, before + gone, listener);
                }
            }, listener::onFailure));
        }, listener::onFailure));
    }
}
