package org.opensearch.affinity.track;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.support.ThreadedActionListener;
import org.opensearch.affinity.track.ProfileIndex.Stored;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.CheckedConsumer;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.persistent.AllocatedPersistentTask;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.List;
import java.util.Set;

/**
 * Carries the events of one slice into profiles, batch after batch: read, look up the items' vectors, load the profiles of
 * the batch's users, fold, store, store the progress. One batch is under way at a time, so memory is bounded and a slow
 * cluster slows reading down. After any failure the work starts over from the stored progress; the profiles know what they
 * have, so every event counts once.
 */
final class Follower {
    private static final Logger LOGGER = LogManager.getLogger(Follower.class);
    private static final int BATCH = 1_000;
    private static final TimeValue WAIT = TimeValue.timeValueSeconds(10);
    private static final long MIN_PAUSE_MS = 50;
    private static final long MAX_PAUSE_MS = 10_000;

    private final AllocatedPersistentTask task;
    private final Slice slice;
    private final ClusterService cluster;
    private final ThreadPool threadPool;
    private final Client client;
    private final ProfileIndex profiles;
    private final ItemVectors vectors;
    // Written by one callback after another, each handed over by an executor.
    private Progress progress;
    private int failures;

    Follower(
        AllocatedPersistentTask task,
        Slice slice,
        ClusterService cluster,
        ThreadPool threadPool,
        Client client,
        ProfileIndex profiles,
        ItemVectors vectors
    ) {
        this.task = task;
        this.slice = slice;
        this.cluster = cluster;
        this.threadPool = threadPool;
        this.client = client;
        this.profiles = profiles;
        this.vectors = vectors;
    }

    void start() {
        if (stopped()) {
            return;
        }
        profiles.progress(slice, then(stored -> {
            progress = stored;
            read();
        }));
    }

    private void read() {
        if (stopped()) {
            return;
        }
        ReadEventsAction.Request request = new ReadEventsAction.Request(slice.shard(), progress.readTo() + 1, BATCH, WAIT);
        client.execute(ReadEventsAction.INSTANCE, request, then(this::received));
    }

    private void received(ReadEventsAction.Response read) {
        if (read.readTo() == progress.readTo()) {
            read();
            return;
        }
        // A tracker that was deleted takes its tasks with it a moment later.
        Tracker tracker = Trackers.of(cluster.state()).get(slice.tracker());
        Batch batch = new Batch(slice, tracker, read);
        vectors.find(tracker.items(), batch.items(), then(found -> {
            batch.resolve(found);
            load(batch);
        }));
    }

    private void load(Batch batch) {
        if (batch.users().isEmpty()) {
            saveProgress(batch);
            return;
        }
        profiles.load(slice.tracker(), List.copyOf(batch.users()), then(loaded -> {
            List<Stored> changed = loaded.values().stream().filter(stored -> batch.applyTo(stored.profile())).toList();
            Set<String> existing = Slice.keys(cluster.state());
            changed.forEach(stored -> stored.profile().retainSlices(existing));
            profiles.save(slice.tracker(), changed, then(done -> saveProgress(batch)));
        }));
    }

    private void saveProgress(Batch batch) {
        profiles.save(slice, progress.after(batch), then(stored -> {
            progress = stored;
            if (failures > 0) {
                LOGGER.info("[{}] follows {} again after [{}] failures", slice.tracker(), slice.shard(), failures);
                failures = 0;
            }
            read();
        }));
    }

    /** Runs the next step on the plugin's own threads; a failure of the call or of the step starts over. */
    private <T> ActionListener<T> then(CheckedConsumer<T, Exception> step) {
        ActionListener<T> listener = ActionListener.wrap(step, this::startOver);
        return new ThreadedActionListener<>(LOGGER, threadPool, FollowTask.THREAD_POOL, listener, true);
    }

    private void startOver(Exception e) {
        if (stopped()) {
            return;
        }
        failures++;
        // Searches fail while shards move and writes collide between slices: worth a line only when it lasts.
        if (failures == 5) {
            LOGGER.warn("[{}] cannot follow {}; will keep trying", slice.tracker(), slice.shard(), e);
        } else {
            LOGGER.debug("[{}] starts over {}", slice.tracker(), slice.shard(), e);
        }
        TimeValue pause = TimeValue.timeValueMillis(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(failures - 1, 10)));
        threadPool.schedule(this::start, pause, FollowTask.THREAD_POOL);
    }

    private boolean stopped() {
        if (task.isCancelled()) {
            task.markAsCompleted();
            return true;
        }
        return false;
    }
}
