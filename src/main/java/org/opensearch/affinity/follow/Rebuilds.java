package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.profile.ProfilePages;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.Generation;
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
 * Carries rebuilds on, step by step, on the elected cluster manager: makes the indices of the next generation, copies what users
 * did not want to be known, lets {@link FollowTasks} have it followed, puts it to use once it is as far as the one before, and
 * deletes that. What is to be done is read off the cluster state, so whoever is elected goes on where another one stopped. The
 * tasks that people see are windows onto it ({@link WatchRebuildAction}), and nothing here depends on them.
 */
public final class Rebuilds implements LocalNodeClusterManagerListener {
    private static final Logger LOGGER = LogManager.getLogger(Rebuilds.class);
    private static final TimeValue EVERY = TimeValue.timeValueSeconds(1);

    private final ClusterService cluster;
    private final IndexNameExpressionResolver resolver;
    private final ProfileIndex profiles;
    private final ProfilePages pages;
    private final ItemRowIndex items;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final Client client;
    private final RebuildWatchers windows;
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
        windows = new RebuildWatchers(client);
    }

    @Override
    public synchronized void onClusterManager() {
        windows.elected();
        steps = client.threadPool().scheduleWithFixedDelay(this::step, EVERY, ThreadPool.Names.GENERIC);
    }

    @Override
    public synchronized void offClusterManager() {
        steps.cancel();
    }

    private void step() {
        ClusterState state = cluster.state();
        windows.keep(state);
        for (String tracker : ProfileGenerations.of(state).trackers()) {
            if (underWay.add(tracker)) {
                ActionListener<Void> done = ActionListener.wrap(stepped -> underWay.remove(tracker), e -> {
                    underWay.remove(tracker);
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
        Generation generation = ProfileGenerations.of(state).of(tracker);
        List<String> leftOver = ProfileGenerations.of(state).leftOver(tracker, state);
        if (leftOver.isEmpty() == false) {
            profiles.delete(leftOver, done);
        } else if (generation.isRebuilding() == false) {
            done.onResponse(null);
        } else if (generation.ready() == false) {
            prepare(tracker, generation, state, done);
        } else {
            finishIfFarEnough(tracker, generation, state, done);
        }
    }

    private void prepare(String tracker, Generation generation, ClusterState state, ActionListener<Void> done) {
        int next = generation.next();
        UserNames from = UserNames.live(tracker, state, keys);
        UserNames to = UserNames.of(tracker, next, state, keys);
        ActionListener<Void> copied = ActionListener.wrap(
            ready -> submit("rebuild ready", now -> ProfileGenerations.of(now).ready(now, tracker, next, to.chain()), done),
            done::onFailure
        );
        ActionListener<Void> made = ActionListener.wrap(
            there -> pages.copyErasures(from, to, copied),
            done::onFailure
        );
        profiles.create(
            tracker,
            next,
            false,
            ActionListener.wrap(created -> items.create(tracker, next, false, made), done::onFailure)
        );
    }

    private void finishIfFarEnough(String tracker, Generation generation, ClusterState state, ActionListener<Void> done) {
        Lag.of(Trackers.of(state).get(tracker), state, resolver, client, ActionListener.wrap(lag -> {
            if (lag.isSmall()) {
                LOGGER.info("[{}] is rebuilt from [{}] events; the new profiles are used from now on", tracker, lag.written());
                submit("rebuild finished", now -> ProfileGenerations.of(now).finish(now, tracker, generation.next()), done);
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
