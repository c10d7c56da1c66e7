package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.support.ThreadedActionListener;
import org.opensearch.affinity.event.EventReader;
import org.opensearch.affinity.event.EventReaders;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.profile.ProfileIndex.Stored;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.CheckedConsumer;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Applies the events of one log shard to profiles and item rows. One object is one run, from the stored progress to the first step
 * that fails; then {@link FollowLoop} starts another. The steps:
 * <ol>
 * <li>{@link #start}: load the stored progress; {@link #inherit} it for a log shard that was restored from a snapshot
 * <li>{@link #read}: read the next documents of the log shard, or wait for some
 * <li>{@link #resolve}: parse them and look up the vectors of their items
 * <li>{@link #load}: load the profiles of their users
 * <li>{@link #apply}: apply the events to the profiles in memory
 * <li>{@link #storeProfiles}: write the changed profiles
 * <li>{@link #publishItemRows}: add the events to the rows of their items; every two seconds, sooner when idle
 * <li>{@link #storeProgress}: write the progress, after each time that item rows were published
 * </ol>
 * Steps 2 and 3 of the next batch run beside steps 4 to 8 of the present one ({@link BatchHandover}), so a slow cluster slows reading
 * down.
 *
 * <p><b>Each event counts exactly once</b>, whichever step fails. No event is lost, because progress is written last: the stored
 * progress covers no event that profiles or item rows lack. No event counts twice, because profiles and item rows contain marks: the
 * sequence number of the last event of this log shard that was applied. The next run reads everything after the stored progress again
 * and applies what is above the marks. A failure leaves behind: in steps 1 to 5 nothing new, in step 6 some profiles ahead of the
 * progress, in step 7 all profiles and some item rows, in step 8 all of both. Counters and taste statistics are parts of the progress,
 * so they are stored with it and start again from its stored values. One limit: marks do not tell why an event changed no interest.
 * An event that was a duplicate or exceeded a limit, and is read again after a failure in steps 6 to 8, counts for its item and in the
 * statistics as if it had changed an interest.
 *
 * <p>Documents are written over the version that was read. When two followers write the same one, the second write fails and its
 * follower starts over: two followers of log shards with events of the same user, or, after a network partition, of the same log shard.
 */
final class Follower {
    private static final Logger LOGGER = LogManager.getLogger(Follower.class);
    /** The most sequence numbers of a batch. */
    private static final int BATCH_SIZE = 5_000;
    private static final TimeValue READ_WAIT = TimeValue.timeValueSeconds(10);
    /** While batches follow each other, progress is stored after the first one that ends so many milliseconds after the last time. */
    private static final long PROGRESS_INTERVAL_MS = 2_000;
    /** The delay after which progress is stored when there is no further batch. */
    private static final TimeValue IDLE_DELAY = TimeValue.timeValueMillis(200);
    /** The number of events pending for item rows at which they are published early. */
    private static final int MAX_PENDING_ITEM_EVENTS = 50_000;
    /** The number of marks of a profile above which marks that are not needed any more are dropped. */
    private static final int MANY_MARKS = 8;

    private final LogShard logShard;
    private final FollowServices services;
    private final FollowLoop loop;
    private final ProfileTarget target;
    private final EventReaders readers = new EventReaders();
    private final BatchHandover handover = new BatchHandover();
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    /** Set once, before the first batch is read. */
    private LogShardOrigin origin;
    // Used by one step of the processing half after another; the handover and executors order them.
    private final ItemRowUpdates itemRowUpdates;
    private Progress progress;
    private boolean isProgressUnstored;
    /** Relative milliseconds of the thread pool. */
    private long progressStoredAt;

    Follower(LogShard logShard, FollowServices services, FollowLoop loop) {
        this.logShard = logShard;
        this.services = services;
        this.loop = loop;
        target = new ProfileTarget(logShard, services.cluster());
        itemRowUpdates = new ItemRowUpdates(services.itemRows());
    }

    void start() {
        services.progress().progress(target.home(), logShard, then(stored -> {
            if (stored.isStored()) {
                begin(stored);
            } else {
                inherit();
            }
        }));
    }

    /**
     * Begins a log shard without progress of its own: from the start, or, if its index was restored, with the progress of the earlier
     * log shard. That is limited to the documents of the snapshot, because later sequence numbers belong to other events now. It is
     * stored before anything is read: once further documents are written, the limit cannot be determined any more.
     */
    private void inherit() {
        Set<String> existingKeys = LogShard.existingKeys(services.cluster().state());
        services.progress().predecessor(target.home(), logShard, existingKeys, then(earlier -> {
            if (earlier == null) {
                begin(Progress.START);
                return;
            }
            ReadEventsAction.Request last = ReadEventsAction.Request.lastBefore(logShard.shard(), logShard.history().firstTerm());
            services.client().execute(ReadEventsAction.INSTANCE, last, then(restored -> {
                Progress inherited = earlier.upTo(restored.readTo());
                LOGGER.info(
                    "[{}] {} was restored: continues after sequence number [{}]",
                    logShard.tracker(),
                    logShard.shard(),
                    inherited.readTo()
                );
                services.progress().save(target.home(), logShard, inherited, then(this::begin));
            }));
        }));
    }

    private void begin(Progress stored) {
        progress = stored;
        origin = stored.origin();
        progressStoredAt = services.threadPool().relativeTimeInMillis();
        read(stored.readTo());
    }

    private ReadEventsAction.Request request(long from) {
        String[] expressions = tracker(services.cluster().state()).events().expressions();
        return new ReadEventsAction.Request(logShard.shard(), from, BATCH_SIZE, READ_WAIT, expressions);
    }

    /** Reads the documents after a sequence number. */
    private void read(long readTo) {
        if (loop.isCancelled()) {
            return;
        }
        target.checkUnchanged();
        ReadEventsAction.Request request = request(readTo + 1);
        services.client().execute(ReadEventsAction.INSTANCE, request, then(read -> {
            if (read.readTo() == readTo) {
                read(readTo); // timed out
            } else {
                resolve(read);
            }
        }));
    }

    private void resolve(ReadEventsAction.Response read) {
        ClusterState state = services.cluster().state();
        Tracker tracker = tracker(state);
        UserNames names = UserNames.of(logShard.tracker(), logShard.generation(), state, services.keys());
        EventReader reader = readers.of(tracker, state.metadata().index(logShard.shard().getIndex()));
        EventBatch batch = new EventBatch(logShard, origin, tracker, reader, read, names, System.currentTimeMillis());
        services.vectors().findWithRefresh(tracker.items(), batch.items(), then(found -> {
            batch.resolve(found);
            if (handover.offer(batch)) {
                process(batch);
            }
        }));
    }

    /** Begins to read the next batch, and to process this one. */
    private void process(EventBatch batch) {
        read(batch.readTo());
        load(batch);
    }

    private void load(EventBatch batch) {
        if (batch.users().isEmpty()) {
            processed(batch);
        } else {
            services.profiles().load(target.home(), List.copyOf(batch.users()), then(loaded -> apply(batch, loaded)));
        }
    }

    private void apply(EventBatch batch, Map<String, Stored> profiles) {
        List<Stored> changed = profiles.values().stream().filter(stored -> batch.applyTo(stored.profile())).toList();
        if (changed.stream().anyMatch(stored -> stored.profile().markCount() > MANY_MARKS)) {
            services.progress().readTo(target.home(), then(readTo -> {
                dropStaleMarks(changed, readTo);
                storeProfiles(batch, changed);
            }));
        } else {
            storeProfiles(batch, changed);
        }
    }

    /**
     * Drops the marks of log shards that do not exist any more, and those of other log shards that their stored progress covers. The
     * mark of this log shard is replaced with each event.
     *
     * @param readTo the stored progress by log shard
     */
    private void dropStaleMarks(List<Stored> changed, Map<String, Long> readTo) {
        Set<String> neededKeys = neededKeys();
        for (Stored stored : changed) {
            stored.profile().dropMarks((key, mark) -> {
                boolean isCovered = key.equals(logShard.key()) == false && mark <= readTo.getOrDefault(key, -1L);
                return isCovered || neededKeys.contains(key) == false;
            });
        }
    }

    /** Returns the keys of log shards whose events may be read again: existing ones, and the one that this log shard continues. */
    private Set<String> neededKeys() {
        Set<String> keys = LogShard.existingKeys(services.cluster().state());
        if (origin.equals(LogShardOrigin.NONE) == false) {
            keys.add(logShard.withHistory(origin.historyId()).key());
        }
        return keys;
    }

    private void storeProfiles(EventBatch batch, List<Stored> changed) {
        services.profiles().save(target.home(), changed, then(stored -> processed(batch)));
    }

    /** Adds a batch whose profiles are stored to the progress, and decides whether to store that now. */
    private void processed(EventBatch batch) {
        EventBatch.Outcome outcome = batch.outcome();
        progress = progress.after(outcome);
        isProgressUnstored = true;
        outcome.itemEvents().forEach(itemRowUpdates::add);
        boolean isDue = services.threadPool().relativeTimeInMillis() - progressStoredAt >= PROGRESS_INTERVAL_MS;
        if (isDue || itemRowUpdates.size() >= MAX_PENDING_ITEM_EVENTS) {
            publishItemRows();
        } else {
            processNext();
        }
    }

    private void publishItemRows() {
        target.checkUnchanged();
        Tracker tracker = tracker(services.cluster().state());
        itemRowUpdates.publish(target.home(), tracker.decay(), neededKeys(), then(published -> storeProgress()));
    }

    private void storeProgress() {
        services.progress().save(target.home(), logShard, progress, then(stored -> {
            progress = stored;
            progressStoredAt = services.threadPool().relativeTimeInMillis();
            isProgressUnstored = false;
            loop.progressed();
            processNext();
        }));
    }

    /** Processes the batch that waits, if there is one; otherwise stores the progress soon. */
    private void processNext() {
        boolean isUnstored = isProgressUnstored; // once processing has finished, another thread may change it
        EventBatch next = handover.finish();
        if (next != null) {
            process(next);
        } else if (isUnstored) {
            services.threadPool().schedule(this::storeIfIdle, IDLE_DELAY, ReadEventsAction.THREAD_POOL);
        }
    }

    private void storeIfIdle() {
        if (hasFailed.get() || handover.tryStart() == false) {
            return;
        }
        try {
            if (isProgressUnstored) {
                publishItemRows();
            } else {
                processNext();
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Returns the tracker; fails if it was deleted, in which case the task is removed soon. */
    private Tracker tracker(ClusterState state) {
        return Trackers.of(state).get(logShard.tracker());
    }

    /** Returns a listener that runs the next step on the plugin's thread pool, and ends the run if the call or the step fails. */
    private <T> ActionListener<T> then(CheckedConsumer<T, Exception> step) {
        ActionListener<T> listener = ActionListener.wrap(result -> {
            if (hasFailed.get() == false) {
                step.accept(result);
            }
        }, this::fail);
        return new ThreadedActionListener<>(LOGGER, services.threadPool(), ReadEventsAction.THREAD_POOL, listener, true);
    }

    /** Ends the run; a second failure, such as one of the other half, is ignored. */
    private void fail(Exception e) {
        if (hasFailed.compareAndSet(false, true)) {
            loop.failed(e);
        }
    }
}
