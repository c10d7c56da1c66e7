package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.FollowedProfiles;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.AbstractRunnable;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

/**
 * What the followers of one node share. Thread-safe.
 *
 * @param keys     the secrets of pseudonyms
 * @param profiles remembers the newest profiles for all followers
 * @param vectors  caches item vectors for all followers
 * @param itemRows the item table
 */
record FollowServices(
    ClusterService cluster,
    ThreadPool threadPool,
    Client client,
    UserKeys keys,
    FollowedProfiles profiles,
    ProgressIndex progress,
    ItemVectors vectors,
    ItemRowIndex itemRows
) {
    FollowServices(ClusterService cluster, ThreadPool threadPool, Client client, UserKeys keys) {
        this(
            cluster,
            threadPool,
            client,
            keys,
            new FollowedProfiles(client),
            new ProgressIndex(client),
            new ItemVectors(client),
            new ItemRowIndex(client)
        );
    }

    /**
     * Runs a command on the plugin's thread pool after a delay, however many others wait there.
     *
     * @param command handles its own failures
     */
    void later(TimeValue delay, Runnable command) {
        threadPool.scheduleUnlessShuttingDown(delay, ReadEventsAction.THREAD_POOL, new AbstractRunnable() {
            @Override
            protected void doRun() {
                command.run();
            }

            @Override
            public boolean isForceExecution() {
                return true;
            }

            @Override
            public void onFailure(Exception e) {
                // The node stops.
            }
        });
    }
}
