package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.support.ThreadedActionListener;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.event.ShardHistory;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.profile.ProfileIndex.Stored;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
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
 * the batch's users, fold, store; from time to time publish what the events say of items and store the progress. While one batch is folded and stored the next is
 * read, so at most two are in memory and a slow cluster slows reading down. After any failure the work starts over from the
 * stored progress; the profiles know what they have, so every event counts once.
 */
final class Follower {
    private static final Logger LOGGER = LogManager.getLogger(Follower.class);
    private static final int BATCH = 5_000;
    private static final TimeValue WAIT = TimeValue.timeValueSeconds(10);
    /** Progress is stored soon when there is nothing else to do, and after so many milliseconds at the latest. */
    private static final long PROGRESS_EVERY_MS = 2_000;
    private static final TimeValue SOON = TimeValue.timeValueMillis(200);
    /** So many events at most wait to be counted for their items. */
    private static final int MAX_UNCOUNTED = 50_000;
    /** With more marks than this in a profile, those that protect from nothing any more are looked for. */
    private static final int MANY_MARKS = 8;
    private static final long MIN_PAUSE_MS = 50;
    private static final long MAX_PAUSE_MS = 10_000;

    private final AllocatedPersistentTask task;
    private final LogShard slice;
    private final ClusterService cluster;
    private final ThreadPool threadPool;
    private final Client client;
    private final ProfileIndex profiles;
    private final ProgressIndex progressIndex;
    private final ItemVectors vectors;
    private final ItemRowIndex items;
    private final UserKeys keys;
    // Guarded by this.
    /** Counts the starts: what belongs to an earlier one is no longer wanted. */
    private int run;
    private boolean busy;
    private EventBatch ready;
    private boolean unsaved;
    // Written by one callback after another, each handed over by an executor.
    private Progress progress;
    private LogShardOrigin origin;
    private String homeHistory;
    private ItemRowUpdates popularity;
    private long progressStored;
    private int failures;

    Follower(
        AllocatedPersistentTask task,
        LogShard slice,
        ClusterService cluster,
        ThreadPool threadPool,
        Client client,
        ProfileIndex profiles,
        ItemVectors vectors,
        ItemRowIndex items,
        UserKeys keys
    ) {
        this.task = task;
        this.slice = slice;
        this.cluster = cluster;
        this.threadPool = threadPool;
        this.client = client;
        this.profiles = profiles;
        progressIndex = new ProgressIndex(client);
        this.vectors = vectors;
        this.items = items;
        this.keys = keys;
    }

    void start() {
        if (stopped()) {
            return;
        }
        int own;
        synchronized (this) {
            own = ++run;
            busy = false;
            ready = null;
            unsaved = false;
        }
        homeHistory = homeHistory();
        progressIndex.progress(home(), slice, then(own, stored -> {
            if (stored.isStored()) {
                begin(own, stored);
            } else {
                inherit(own);
            }
        }));
    }

    private void begin(int own, Progress stored) {
        progress = stored;
        origin = stored.origin();
        popularity = new ItemRowUpdates(items);
        progressStored = threadPool.relativeTimeInMillis();
        read(own, stored.readTo());
    }

    /**
     * A restored slice goes on where it was, but not beyond what the snapshot had: the numbers above were given anew. This is
     * stored before anything is read, for later it could not be told any more what the snapshot had.
     */
    private void inherit(int own) {
        progressIndex.predecessor(home(), slice, LogShard.keys(cluster.state()), then(own, earlier -> {
            if (earlier == null) {
                begin(own, Progress.START);
                return;
            }
            ReadEventsAction.Request last = ReadEventsAction.Request.lastBefore(slice.shard(), slice.history().term());
            client.execute(ReadEventsAction.INSTANCE, last, then(own, restored -> {
                Progress inherited = earlier.upTo(restored.readTo());
                LOGGER.info("[{}] {} was restored: follows it from number [{}] on", slice.tracker(), slice.shard(), inherited.readTo() + 1);
                progressIndex.save(home(), slice, inherited, then(own, stored -> begin(own, stored)));
            }));
        }));
    }

    private void read(int own, long readTo) {
        if (stopped()) {
            return;
        }
        checkHome();
        ReadEventsAction.Request request = new ReadEventsAction.Request(slice.shard(), readTo + 1, BATCH, WAIT);
        client.execute(ReadEventsAction.INSTANCE, request, then(own, read -> received(own, readTo, read)));
    }

    private void received(int own, long readTo, ReadEventsAction.Response read) {
        if (read.readTo() == readTo) {
            read(own, readTo);
            return;
        }
        // A tracker that was deleted takes its tasks with it a moment later.
        ClusterState state = cluster.state();
        Tracker tracker = Trackers.of(state).get(slice.tracker());
        UserNames names = UserNames.of(slice.tracker(), slice.generation(), state, keys);
        EventBatch batch = new EventBatch(slice, origin, tracker, read, names, System.currentTimeMillis());
        vectors.findNewest(tracker.items(), batch.items(), then(own, found -> {
            batch.resolve(found);
            offer(own, batch);
        }));
    }

    /** Takes a batch that is ready to be folded; the next one is read as soon as this one is under way. */
    private void offer(int own, EventBatch batch) {
        synchronized (this) {
            if (own != run) {
                return;
            }
            if (busy) {
                ready = batch;
                return;
            }
            busy = true;
        }
        read(own, batch.readTo());
        load(own, batch);
    }

    private void load(int own, EventBatch batch) {
        if (batch.users().isEmpty()) {
            stored(own, batch);
            return;
        }
        profiles.load(home(), List.copyOf(batch.users()), then(own, loaded -> {
            List<Stored> changed = loaded.values().stream().filter(stored -> batch.applyTo(stored.profile())).toList();
            forgetMarks(own, changed, () -> profiles.save(home(), changed, then(own, done -> stored(own, batch))));
        }));
    }

    /**
     * Marks of other slices go with their index, or once the slice has stored a progress beyond; that of this one is replaced
     * by every event.
     */
    private void forgetMarks(int own, List<Stored> changed, Runnable next) {
        if (changed.stream().noneMatch(stored -> stored.profile().marks() > MANY_MARKS)) {
            next.run();
            return;
        }
        progressIndex.readTo(home(), then(own, readTo -> {
            Set<String> existing = protectedKeys();
            for (Stored stored : changed) {
                stored.profile().forgetMarks((key, mark) -> {
                    boolean beyond = key.equals(slice.key()) == false && mark <= readTo.getOrDefault(key, -1L);
                    return beyond || existing.contains(key) == false;
                });
            }
            next.run();
        }));
    }

    private void stored(int own, EventBatch batch) {
        EventBatch.Outcome outcome = batch.outcome();
        progress = progress.after(outcome);
        outcome.counted().forEach(popularity::add);
        synchronized (this) {
            unsaved = true;
        }
        boolean due = threadPool.relativeTimeInMillis() - progressStored >= PROGRESS_EVERY_MS;
        if (due || popularity.size() >= MAX_UNCOUNTED) {
            save(own);
        } else {
            goOn(own);
        }
    }

    private void save(int own) {
        checkHome();
        Tracker tracker = Trackers.of(cluster.state()).get(slice.tracker());
        popularity.publish(home(), tracker.decay(), protectedKeys(), then(own, published -> {
            progressIndex.save(home(), slice, progress, then(own, stored -> {
                progress = stored;
                progressStored = threadPool.relativeTimeInMillis();
                synchronized (this) {
                    unsaved = false;
                }
                if (failures > 0) {
                    LOGGER.info("[{}] follows {} again after [{}] failures", slice.tracker(), slice.shard(), failures);
                    failures = 0;
                }
                goOn(own);
            }));
        }));
    }

    private void saveIfIdle(int own) {
        synchronized (this) {
            if (own != run || busy || unsaved == false) {
                return;
            }
            busy = true;
        }
        try {
            save(own);
        } catch (RuntimeException e) {
            startOver(own, e);
        }
    }

    private void goOn(int own) {
        EventBatch next;
        synchronized (this) {
            if (own != run) {
                return;
            }
            next = ready;
            ready = null;
            busy = next != null;
            if (next == null && unsaved) {
                threadPool.schedule(() -> saveIfIdle(own), SOON, ReadEventsAction.THREAD_POOL);
            }
        }
        if (next != null) {
            read(own, next.readTo());
            load(own, next);
        }
    }

    /** Runs the next step on the plugin's own threads; a failure of the call or of the step starts over. */
    private <T> ActionListener<T> then(int own, CheckedConsumer<T, Exception> step) {
        ActionListener<T> listener = ActionListener.wrap(result -> {
            if (current(own)) {
                step.accept(result);
            }
        }, e -> startOver(own, e));
        return new ThreadedActionListener<>(LOGGER, threadPool, ReadEventsAction.THREAD_POOL, listener, true);
    }

    private String home() {
        return ProfileGenerations.currentName(slice.tracker(), slice.generation(), cluster.state());
    }

    /** Which history of writes the index of the profiles has; empty where there is none. */
    private String homeHistory() {
        IndexAbstraction alias = cluster.state().metadata().getIndicesLookup().get(IndexNames.PROFILES.alias(home()));
        return alias == null || alias.getWriteIndex() == null ? "" : ShardHistory.id(alias.getWriteIndex());
    }

    /**
     * Profiles that were restored have less than what was read here: the next event of a user would hide those that are missing.
     *
     * @throws IllegalStateException if there are other profiles than at the start
     */
    private void checkHome() {
        if (homeHistory.equals(homeHistory()) == false) {
            throw new IllegalStateException("the profiles of [" + slice.tracker() + "] are others than before");
        }
    }

    /** The keys whose marks protect from something. */
    private Set<String> protectedKeys() {
        Set<String> keys = LogShard.keys(cluster.state());
        if (origin.equals(LogShardOrigin.NONE) == false) {
            keys.add(slice.as(origin.history()).key());
        }
        return keys;
    }

    private synchronized boolean current(int own) {
        return own == run;
    }

    private void startOver(int own, Exception e) {
        synchronized (this) {
            if (own != run) {
                return; // the reading and the storing half may both fail
            }
            run++;
        }
        if (stopped()) {
            return;
        }
        failures++;
        // Searches fail while shards move and writes collide between slices: worth a line only when it lasts.
        if (failures == 5) {
            LOGGER.warn("[{}] cannot follow {}; will keep trying", slice.tracker(), slice.shard(), RedactedException.of(e));
        } else {
            LOGGER.debug("[{}] starts over {}", slice.tracker(), slice.shard(), RedactedException.of(e));
        }
        TimeValue pause = TimeValue.timeValueMillis(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(failures - 1, 10)));
        threadPool.schedule(this::start, pause, ReadEventsAction.THREAD_POOL);
    }

    private boolean stopped() {
        if (task.isCancelled()) {
            task.markAsCompleted();
            return true;
        }
        return false;
    }
}
