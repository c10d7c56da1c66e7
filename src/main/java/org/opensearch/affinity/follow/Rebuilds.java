package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.profile.ProfilePages;
import org.opensearch.affinity.profile.VectorDimensions;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateUpdateTask;
import org.opensearch.cluster.LocalNodeClusterManagerListener;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * Carries out rebuilds, on the elected cluster manager. A rebuild has these steps: create the indices of the next generation; copy opt-outs
 * and erasures to it and mark it as ready, so that {@link Followers} starts its followers; make it live once it has caught up with the
 * live one; delete the old indices. The next step follows from the cluster state alone, so a newly elected cluster manager goes on where
 * the last one stopped. The tasks that show rebuilds ({@link WatchRebuildAction}) only observe them.
 */
public final class Rebuilds implements LocalNodeClusterManagerListener {
    private static final Logger LOGGER = LogManager.getLogger(Rebuilds.class);
    private static final TimeValue EVERY = TimeValue.timeValueSeconds(1);

    private final ClusterService cluster;
    private final IndexNameExpressionResolver resolver;
    private final ProfileIndex profiles;
    private final ProfilePages pages;
    private final ItemRowIndex items;
    /** The trackers with a step that has begun and not ended. */
    private final Set<String> stepping = ConcurrentHashMap.newKeySet();
    private final Client client;
    private final RebuildWatchers watchers;
    private final UserKeys keys;
    private Scheduler.Cancellable steps;

    public Rebuilds(ClusterService cluster, IndexNameExpressionResolver resolver, Client client, UserKeys keys) {
        this.cluster = cluster;
        this.resolver = resolver;
        this.client = client;
        this.keys = keys;
        profiles = new ProfileIndex(client);
        pages = new ProfilePages(client);
        items = new ItemRowIndex(client);
        watchers = new RebuildWatchers(client);
    }

    @Override
    public synchronized void onClusterManager() {
        watchers.checkAll();
        steps = client.threadPool().scheduleWithFixedDelay(this::step, EVERY, ThreadPool.Names.GENERIC);
    }

    @Override
    public synchronized void offClusterManager() {
        steps.cancel();
    }

    /** Takes the next step of every rebuild whose last step has ended. */
    private void step() {
        ClusterState state = cluster.state();
        watchers.check(state);
        for (String tracker : ProfileGenerations.of(state).trackers()) {
            if (Trackers.of(state).find(tracker) != null && stepping.add(tracker)) {
                ActionListener<Void> done = ActionListener.wrap(stepped -> stepping.remove(tracker), e -> {
                    stepping.remove(tracker);
                    LOGGER.warn("[{}] a step of its rebuild failed; will try again", tracker, RedactedException.of(e));
                });
                try {
                    step(tracker, state, done);
                } catch (RuntimeException e) {
                    done.onFailure(e);
                }
            }
        }
    }

    private void step(String tracker, ClusterState state, ActionListener<Void> done) {
        TrackerGenerations generations = ProfileGenerations.of(state).of(tracker);
        List<String> leftOver = ProfileGenerations.of(state).leftOver(tracker, state);
        if (leftOver.isEmpty() == false) {
            profiles.delete(leftOver, done);
        } else if (generations.isRebuilding() == false) {
            done.onResponse(null);
        } else if (generations.ready() == false) {
            prepare(tracker, generations.next(), state, done);
        } else {
            finishIfCaughtUp(tracker, generations.next(), state, done);
        }
    }

    private void prepare(String tracker, int next, ClusterState state, ActionListener<Void> done) {
        UserNames from = UserNames.live(tracker, state, keys);
        UserNames to = UserNames.of(tracker, next, state, keys);
        ActionListener<Void> whenCopied = ActionListener.wrap(
            copied -> submit("rebuild ready", now -> ProfileGenerations.of(now).ready(now, tracker, next, to.chain()), done),
            done::onFailure
        );
        ActionListener<Void> whenCreated = ActionListener.wrap(
            created -> pages.copyErasures(from, to, whenCopied),
            done::onFailure
        );
        profiles.create(
            tracker,
            next,
            false,
            VectorDimensions.ofItems(Trackers.of(state).get(tracker), state, resolver),
            ActionListener.wrap(created -> items.create(tracker, next, false, whenCreated), done::onFailure)
        );
    }

    private void finishIfCaughtUp(String tracker, int next, ClusterState state, ActionListener<Void> done) {
        RebuildLag.of(Trackers.of(state).get(tracker), state, resolver, client, ActionListener.wrap(lag -> {
            if (lag.isSmall()) {
                LOGGER.info("[{}] is rebuilt from [{}] events; the new profiles are used from now on", tracker, lag.written());
                submit("rebuild finished", now -> ProfileGenerations.of(now).finish(now, tracker, next), done);
            } else {
                done.onResponse(null);
            }
        }, done::onFailure));
    }

    private void submit(String what, UnaryOperator<ClusterState> change, ActionListener<Void> done) {
        cluster.submitStateUpdateTask("affinity " + what, new ClusterStateUpdateTask() {
            @Override
            public ClusterState execute(ClusterState state) {
                return change.apply(state);
            }

            @Override
            public void onFailure(String source, Exception e) {
                done.onFailure(e);
            }

            @Override
            public void clusterStateProcessed(String source, ClusterState before, ClusterState after) {
                done.onResponse(null);
            }
        });
    }
}
