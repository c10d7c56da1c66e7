package org.opensearch.affinity.track;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.track.Generations.Generation;
import org.opensearch.cluster.service.ClusterService;
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
 * when these take over. Thread-safe.
 */
final class Absences {
    private static final TimeValue PAUSE = TimeValue.timeValueMillis(100);
    private static final int MAX_WAITS = 100;

    private final ClusterService cluster;
    private final ThreadPool threadPool;
    private final ProfileIndex profiles;

    Absences(ClusterService cluster, ThreadPool threadPool, ProfileIndex profiles) {
        this.cluster = cluster;
        this.threadPool = threadPool;
        this.profiles = profiles;
    }

    /**
     * Changes one profile.
     *
     * @param change   answers with an empty profile, or with the one it gets if nothing is to be done
     * @param listener gets the profile as it is now
     */
    void change(String tracker, String user, UnaryOperator<Profile> change, ActionListener<Profile> listener) {
        Generation before = generation(tracker);
        profiles.change(tracker, user, change, ActionListener.wrap(changed -> {
            Generation after = generation(tracker);
            // Whichever was used when the profile was written, and whichever is used next.
            IntStream others = IntStream.of(before.next(), after.live() == before.live() ? 0 : after.live(), after.next());
            Deque<Integer> left = new ArrayDeque<>(others.filter(number -> number > 0).distinct().boxed().toList());
            copy(tracker, changed, left, MAX_WAITS, listener);
        }, listener::onFailure));
    }

    private Generation generation(String tracker) {
        return Generations.of(cluster.state()).of(tracker);
    }

    private void copy(String tracker, Profile changed, Deque<Integer> left, int waits, ActionListener<Profile> listener) {
        Integer number = left.peek();
        if (number == null) {
            listener.onResponse(changed);
            return;
        }
        Generation now = generation(tracker);
        if (now.live() != number && now.next() != number) {
            left.remove(); // it was given up
            copy(tracker, changed, left, waits, listener);
            return;
        }
        // Also where nothing changed: what is copied from the old ones may come after this, and must find it there.
        UnaryOperator<Profile> same = there -> there.absence().equals(changed.absence()) ? there : there.with(changed.absence());
        profiles.change(Generations.name(tracker, number), changed.user(), same, ActionListener.wrap(done -> {
            left.remove();
            copy(tracker, changed, left, waits, listener);
        }, e -> {
            if (waits > 0 && ExceptionsHelper.unwrapCause(e) instanceof IndexNotFoundException) {
                Runnable again = () -> copy(tracker, changed, left, waits - 1, listener);
                threadPool.schedule(again, PAUSE, ThreadPool.Names.GENERIC); // its index is about to be made
            } else {
                listener.onFailure(e);
            }
        }));
    }
}
