package org.opensearch.affinity.follow;

import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

/**
 * What the followers of one node share. Thread-safe.
 *
 * @param keys     the secrets of pseudonyms
 * @param vectors  caches item vectors for all followers
 * @param itemRows the item table
 */
record FollowServices(
    ClusterService cluster,
    ThreadPool threadPool,
    Client client,
    UserKeys keys,
    ProfileIndex profiles,
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
            new ProfileIndex(client),
            new ProgressIndex(client),
            new ItemVectors(client),
            new ItemRowIndex(client)
        );
    }
}
