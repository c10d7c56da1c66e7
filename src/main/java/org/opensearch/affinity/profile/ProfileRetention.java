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
 * Deletes the profiles of users without an event within their tracker's retention, once an hour, on the elected cluster manager.
 * Erasures are kept. Thread-safe.
 */
public final class ProfileRetention implements LocalNodeClusterManagerListener {
    private static final Logger LOGGER = LogManager.getLogger(ProfileRetention.class);
    private static final TimeValue HOUR = TimeValue.timeValueHours(1);
    private static final int BATCH_SIZE = 500;

    private final ClusterService cluster;
    private final Client client;
    private final ProfilePages profiles;
    /** Guarded by this. */
    private Scheduler.Cancellable schedule;

    public ProfileRetention(ClusterService cluster, Client client) {
        this.cluster = cluster;
        this.client = client;
        profiles = new ProfilePages(client);
    }

    @Override
    public synchronized void onClusterManager() {
        schedule = client.threadPool().scheduleWithFixedDelay(this::sweepAll, HOUR, ThreadPool.Names.GENERIC);
    }

    @Override
    public synchronized void offClusterManager() {
        schedule.cancel();
    }

    private void sweepAll() {
        for (Tracker tracker : Trackers.of(cluster.state()).all()) {
            sweep(tracker, System.currentTimeMillis(), ActionListener.wrap(deleted -> {
                if (deleted > 0) {
                    TimeValue retention = tracker.retention().orElseThrow();
                    LOGGER.info("[{}] deleted [{}] profiles without an event for [{}]", tracker.name(), deleted, retention);
                }
            }, e -> LOGGER.warn("[{}] cannot delete old profiles; retries in an hour", tracker.name(), RedactedException.of(e))));
        }
    }

    /**
     * Deletes the old profiles of one tracker, batch after batch.
     *
     * @param now      epoch milliseconds
     * @param listener called with the number of profiles deleted or erased
     */
    public void sweep(Tracker tracker, long now, ActionListener<Long> listener) {
        if (tracker.retention().isEmpty()) {
            listener.onResponse(0L);
        } else {
            sweep(tracker, now, 0, listener);
        }
    }

    private void sweep(Tracker tracker, long now, long sum, ActionListener<Long> listener) {
        long oldest = now - tracker.retention().orElseThrow().millis();
        profiles.findIdle(tracker.name(), oldest, BATCH_SIZE, ActionListener.wrap(idle -> {
            if (idle.isEmpty()) {
                listener.onResponse(sum);
                return;
            }
            profiles.delete(tracker.name(), idle, now, ActionListener.wrap(deleted -> {
                if (deleted == 0) {
                    listener.onResponse(sum); // all of them have changed meanwhile
                } else {
                    sweep(tracker, now, sum + deleted, listener);
                }
            }, listener::onFailure));
        }, listener::onFailure));
    }
}
