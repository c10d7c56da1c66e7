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
 * Stores erasures: in the profile generation in use and, during a rebuild, in the next one, so that erased data does not return
 * when that generation is put to use. Each generation may store the user under another name. Thread-safe.
 */
final class Erasures {
    private static final TimeValue RETRY_DELAY = TimeValue.timeValueMillis(100);
    private static final int MAX_RETRIES = 100;

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
     * @param user     the user's name, not a pseudonym
     * @param change   returns an erased profile, or its argument if there is nothing to do
     * @param listener called with the profile as stored; fails with {@link UserKeys.MissingException} if this node lacks a key to
     *                 compute the user's stored name
     */
    void change(String tracker, String user, UnaryOperator<Profile> change, ActionListener<Profile> listener) {
        change(tracker, user, change, MAX_RETRIES, listener);
    }

    private void change(String tracker, String user, UnaryOperator<Profile> change, int retries, ActionListener<Profile> listener) {
        ClusterState state = cluster.state();
        TrackerGenerations before = ProfileGenerations.of(state).of(tracker);
        UserNames names = UserNames.live(tracker, state, keys);
        profiles.update(names.generationName(), names.of(user), change, ActionListener.wrap(changed -> {
            TrackerGenerations after = ProfileGenerations.of(cluster.state()).of(tracker);
            // A rebuild may have begun or finished since: cover every generation that was or is in use or is being built.
            IntStream others = IntStream.of(before.next(), after.live() == before.live() ? 0 : after.live(), after.next());
            Deque<Integer> pending = new ArrayDeque<>(others.filter(number -> number > 0).distinct().boxed().toList());
            copy(tracker, user, changed, pending, MAX_RETRIES, listener);
        }, e -> retryIfIndexIsMissing(e, retries, retry -> change(tracker, user, change, retries - 1, retry), listener)));
    }

    /** Stores the erasure in the first pending generation, then in the others. */
    private void copy(
        String tracker,
        String user,
        Profile erased,
        Deque<Integer> pending,
        int retries,
        ActionListener<Profile> listener
    ) {
        Integer number = pending.peek();
        if (number == null) {
            listener.onResponse(erased);
            return;
        }
        ClusterState state = cluster.state();
        TrackerGenerations now = ProfileGenerations.of(state).of(tracker);
        if (now.live() != number && now.next() != number) {
            pending.remove(); // the rebuild was cancelled
            copy(tracker, user, erased, pending, retries, listener);
            return;
        }
        UserNames names = UserNames.of(tracker, number, state, keys);
        // Also after a change without effect: the rebuild may copy erasures later, and does not overwrite a profile that exists.
        UnaryOperator<Profile> change = stored -> stored.erasure().equals(erased.erasure()) ? stored : stored.emptyWith(erased.erasure());
        profiles.update(names.generationName(), names.of(user), change, ActionListener.wrap(done -> {
            pending.remove();
            copy(tracker, user, erased, pending, retries, listener);
        }, e -> retryIfIndexIsMissing(e, retries, retry -> copy(tracker, user, erased, pending, retries - 1, retry), listener)));
    }

    /** A missing index is about to be created, or was deleted because another generation was put to use: retries after a delay. */
    private void retryIfIndexIsMissing(
        Exception e,
        int retries,
        CheckedConsumer<ActionListener<Profile>, Exception> retry,
        ActionListener<Profile> listener
    ) {
        if (retries > 0 && ExceptionsHelper.unwrapCause(e) instanceof IndexNotFoundException) {
            threadPool.schedule(ActionRunnable.wrap(listener, retry), RETRY_DELAY, ThreadPool.Names.GENERIC);
        } else {
            listener.onFailure(e);
        }
    }
}
