package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.event.EventReader;
import org.opensearch.affinity.event.EventReaders;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.CheckedConsumer;
import org.opensearch.common.unit.TimeValue;

import java.util.Set;

/**
 * Applies the events of one log shard to profiles and item rows. One object is one run, from the stored progress to the first step
 * that fails; then {@link FollowLoop} starts another. The steps:
 * <ol>
 * <li>{@link #start}: load the stored progress; {@link #inherit} it for a log shard that was restored from a snapshot
 * <li>{@link #read}: read the next documents of the log shard, or wait for some
 * <li>{@link #resolve}: parse them and look up the vectors of their items
 * <li>{@link ProfileUpdates}: load the profiles of their users, apply the events to them and write them, part by part
 * <li>{@link #publishItemRows}: add the events to the rows of their items; every two seconds, sooner when idle
 * <li>{@link #storeProgress}: write the progress, after each time that item rows were published
 * </ol>
 * Steps 2 and 3 of the next batch run beside steps 4 to 6 of the present one ({@link BatchHandover}), so a slow cluster slows reading
 * down.
 *
 * <p><b>Each event counts exactly once</b>, whichever step fails. No event is lost, because progress is written last: the stored
 * progress covers no event that profiles or item rows lack. No event counts twice, because profiles and item rows contain marks: the
 * sequence number of the last event of this log shard that was applied. The next run reads everything after the stored progress again
 * and applies what is above the marks. A failure leaves behind: in steps 1 to 3 nothing new, in step 4 some profiles ahead of the
 * progress, in step 5 all profiles and some item rows, in step 6 all of both. Counters and taste statistics are parts of the progress,
 * so they are stored with it and start again from its stored values. Beside the marks stands what the events did that are read again,
 * so that a duplicate or an event beyond a limit counts neither for its item nor as applied the second time either ({@code RecentEffects}).
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
    /**
     * The number of events pending for item rows, and of sequence numbers read, at which progress is stored early. Profiles remember what
     * events did that were read since.
     */
    private static final int MAX_UNSTORED = 50_000;

    private final LogShard logShard;
    private final FollowServices services;
    private final FollowLoop loop;
    private final ProfileTarget target;
    private final EventReaders readers = new EventReaders();
    private final BatchHandover handover = new BatchHandover();
    private final Steps steps;
    /** Set once, before the first batch is read. */
    private LogShardOrigin origin;
    // Used by one step of the processing half after another; the handover and executors order them.
    private final ItemRowUpdates itemRowUpdates;
    private Progress progress;
    private boolean isProgressUnstored;
    /** The sequence number that the stored progress has reached. */
    private long storedTo;
    /** Relative milliseconds of the thread pool. */
    private long progressStoredAt;

    Follower(LogShard logShard, FollowServices services, FollowLoop loop) {
        this.logShard = logShard;
        this.services = services;
        this.loop = loop;
        steps = new Steps(services.threadPool(), loop);
        target = new ProfileTarget(logShard, services.cluster());
        itemRowUpdates = new ItemRowUpdates(services.itemRows());
    }

    void start() {
        services.progress().progress(target.home(), logShard, steps.then("read the progress in " + target.profileIndex(), stored -> {
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
        String search = "search the progress in " + target.profileIndex();
        services.progress().predecessor(target.home(), logShard, existingKeys, steps.then(search, earlier -> {
            if (earlier == null) {
                begin(Progress.START);
                return;
            }
            ReadEventsAction.Request last = ReadEventsAction.Request.lastBefore(logShard.shard(), logShard.history().firstTerm());
            services.client().execute(ReadEventsAction.INSTANCE, last, steps.then("read the log " + logShard.shard(), restored -> {
                Progress inherited = earlier.upTo(restored.readTo());
                LOGGER.info(
                    "[{}] {} was restored: continues after sequence number [{}]",
                    logShard.tracker(),
                    logShard.shard(),
                    inherited.readTo()
                );
                save(inherited, this::begin);
            }));
        }));
    }

    private void begin(Progress stored) {
        progress = stored;
        origin = stored.origin();
        storedTo = stored.readTo();
        progressStoredAt = services.threadPool().relativeTimeInMillis();
        loop.started(stored);
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
        services.client().execute(ReadEventsAction.INSTANCE, request, steps.then("read events of the log " + logShard.shard(), read -> {
            if (read.readTo() == readTo) { // timed out
                storeIfIdle();
                read(readTo);
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
        TrackedItems items = tracker.items();
        String lookUp = "look up items of [" + items.index() + "] by [" + items.idField() + "] with [" + items.vectorField() + "]";
        services.vectors().findWithRefresh(items, batch.items(), steps.then(lookUp, found -> {
            batch.resolve(found);
            if (handover.offer(batch)) {
                process(batch);
            }
        }));
    }

    /** Begins to read the next batch, and to process this one. */
    private void process(EventBatch batch) {
        read(batch.readTo());
        new ProfileUpdates(batch, storedTo, target, services, steps, this::neededKeys, () -> processed(batch)).next();
    }

    /** Returns the keys of log shards whose events may be read again: existing ones, and the one that this log shard continues. */
    private Set<String> neededKeys() {
        Set<String> keys = LogShard.existingKeys(services.cluster().state());
        if (origin.equals(LogShardOrigin.NONE) == false) {
            keys.add(logShard.withHistory(origin.historyId()).key());
        }
        return keys;
    }

    /** Adds a batch whose profiles are stored to the progress, and decides whether to store that now. */
    private void processed(EventBatch batch) {
        EventBatch.Outcome outcome = batch.outcome();
        progress = progress.after(outcome);
        isProgressUnstored = true;
        outcome.itemEvents().forEach(itemRowUpdates::add);
        boolean isDue = services.threadPool().relativeTimeInMillis() - progressStoredAt >= PROGRESS_INTERVAL_MS;
        boolean isMuch = itemRowUpdates.size() >= MAX_UNSTORED || progress.readTo() - storedTo >= MAX_UNSTORED;
        if (isDue || isMuch) {
            publishItemRows();
        } else {
            processNext();
        }
    }

    private void publishItemRows() {
        target.checkUnchanged();
        Tracker tracker = tracker(services.cluster().state());
        String publish = "write item rows to [" + IndexNames.ITEM_ROWS.alias(target.home()) + "]";
        itemRowUpdates.publish(target.home(), tracker.decay(), neededKeys(), steps.then(publish, published -> storeProgress()));
    }

    private void storeProgress() {
        save(progress, stored -> {
            progress = stored;
            progressStoredAt = services.threadPool().relativeTimeInMillis();
            isProgressUnstored = false;
            storedTo = stored.readTo();
            loop.progressed(stored);
            processNext();
        });
    }

    private void save(Progress reached, CheckedConsumer<Progress, Exception> step) {
        services.progress().save(target.home(), logShard, reached, steps.then("store the progress in " + target.profileIndex(), step));
    }

    /** Processes the batch that waits, if there is one; otherwise stores the progress soon. */
    private void processNext() {
        boolean isUnstored = isProgressUnstored; // once processing has finished, another thread may change it
        EventBatch next = handover.finish();
        if (next != null) {
            process(next);
        } else if (isUnstored) {
            services.later(IDLE_DELAY, () -> steps.run("store the progress", this::storeIfIdle));
        }
    }

    /** Stores the progress unless a batch is processed; without one to store, everything that was read is. */
    private void storeIfIdle() {
        if (handover.tryStart() == false) {
            return;
        }
        if (isProgressUnstored) {
            publishItemRows();
        } else {
            loop.progressed(progress);
            processNext();
        }
    }

    /** Returns the tracker; fails if it was deleted, in which case the task is removed soon. */
    private Tracker tracker(ClusterState state) {
        return Trackers.of(state).get(logShard.tracker());
    }
}
