package org.opensearch.affinity.profile;

import org.opensearch.ExceptionsHelper;
import org.opensearch.action.ActionRunnable;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.CheckedConsumer;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.threadpool.ThreadPool;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Makes users unknown: in the profiles that are used, and in those that are being made beside them, so that nobody comes back
 * when these take over. Each time by the name under which that generation stores the user. Thread-safe.
 */
final class Erasures {
    private static final TimeValue PAUSE = TimeValue.timeValueMillis(100);
    private static final int MAX_WAITS = 100;

    private final ClusterService cluster;
    private final ThreadPool threadPool;
    private final ProfileIndex profiles;
    private final UserKeys keys;

    Erasures(ClusterService cluster, ThreadPool threadPool, ProfileIndex profiles, UserKeys keys) {
        this.cluster = cluster;
        this.threadPool = threadPool;
        this.profiles = profiles;
        this.keys = keys;
    }

    /**
     * Changes one profile.
     *
     * @param user     by his own name
     * @param change   answers with an empty profile, or with the one it gets if nothing is to be done
     * @param listener gets the profile as it is now; {@link UserKeys.MissingException} if this node cannot tell which it is
     */
    void change(String tracker, String user, UnaryOperator<Profile> change, ActionListener<Profile> listener) {
        change(tracker, user, change, MAX_WAITS, listener);
    }

    private void change(String tracker, String user, UnaryOperator<Profile> change, int waits, ActionListener<Profile> listener) {
        ClusterState state = cluster.state();
        TrackerGenerations before = ProfileGenerations.of(state).of(tracker);
        UserNames names = UserNames.live(tracker, state, keys);
        profiles.change(names.generationName(), names.of(user), change, ActionListener.wrap(changed -> {
            TrackerGenerations after = ProfileGenerations.of(cluster.state()).of(tracker);
            // Whichever was used when the profile was written, and whichever is used next.
            IntStream others = IntStream.of(before.next(), after.live() == before.live() ? 0 : after.live(), after.next());
            Deque<Integer> left = new ArrayDeque<>(others.filter(number -> number > 0).distinct().boxed().toList());
            copy(tracker, user, changed, left, MAX_WAITS, listener);
        }, e -> againWithoutIndex(e, waits, again -> change(tracker, user, change, waits - 1, again), listener)));
    }

    private void copy(String tracker, String user, Profile changed, Deque<Integer> left, int waits, ActionListener<Profile> listener) {
        Integer number = left.peek();
        if (number == null) {
            listener.onResponse(changed);
            return;
        }
        ClusterState state = cluster.state();
        TrackerGenerations now = ProfileGenerations.of(state).of(tracker);
        if (now.live() != number && now.next() != number) {
            left.remove(); // it was given up
            copy(tracker, user, changed, left, waits, listener);
            return;
        }
        UserNames names = UserNames.of(tracker, number, state, keys);
        // Also where nothing changed: what is copied from the old ones may come after this, and must find it there.
        UnaryOperator<Profile> same = there -> there.absence().equals(changed.absence()) ? there : there.with(changed.absence());
        profiles.change(names.generationName(), names.of(user), same, ActionListener.wrap(done -> {
            left.remove();
            copy(tracker, user, changed, left, waits, listener);
        }, e -> againWithoutIndex(e, waits, again -> copy(tracker, user, changed, left, waits - 1, again), listener)));
    }

    /** An index that is not there is about to be made, or another generation was put to use and this one deleted. */
    private void againWithoutIndex(
        Exception e,
        int waits,
        CheckedConsumer<ActionListener<Profile>, Exception> again,
        ActionListener<Profile> listener
    ) {
        if (waits > 0 && ExceptionsHelper.unwrapCause(e) instanceof IndexNotFoundException) {
            threadPool.schedule(ActionRunnable.wrap(listener, again), PAUSE, ThreadPool.Names.GENERIC);
        } else {
            listener.onFailure(e);
        }
    }
}
