package org.opensearch.affinity.follow;

import org.opensearch.affinity.profile.ProfileIndex.Stored;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Applies one batch to the profiles of its users: a few are read at a time, and what has changed is written when it has reached a
 * number of bytes, so neither memory nor a request grows with the users of a batch. Used once, by one step after another.
 */
final class ProfileUpdates {
    /** The most profiles that are read at once. */
    private static final int MAX_READ = 100;
    /** The size on the heap of changed profiles at which they are written. */
    private static final long MAX_BYTES = 16L << 20;
    /** The number of marks of a profile above which marks that are not needed any more are dropped. */
    private static final int MANY_MARKS = 8;

    private final EventBatch batch;
    private final long storedTo;
    private final ProfileTarget target;
    private final FollowServices services;
    private final Steps steps;
    private final Supplier<Set<String>> neededKeys;
    private final Runnable whenStored;
    private final List<String> users;
    /** How many of the users are done or in {@link #changed}. */
    private int read;
    private List<Stored> changed = new ArrayList<>();
    private long bytes;
    /** The stored progress by log shard; null before it was needed. */
    private Map<String, Long> readTo;

    /**
     * @param storedTo   the sequence number that the stored progress has reached
     * @param neededKeys the keys of log shards whose events may be read again
     * @param whenStored the step that follows
     */
    ProfileUpdates(
        EventBatch batch,
        long storedTo,
        ProfileTarget target,
        FollowServices services,
        Steps steps,
        Supplier<Set<String>> neededKeys,
        Runnable whenStored
    ) {
        this.batch = batch;
        this.storedTo = storedTo;
        this.target = target;
        this.services = services;
        this.steps = steps;
        this.neededKeys = neededKeys;
        this.whenStored = whenStored;
        users = List.copyOf(batch.users());
    }

    /** Reads some profiles and applies their events, or ends. */
    void next() {
        if (read == users.size()) {
            if (changed.isEmpty()) {
                whenStored.run();
            } else {
                dropStaleMarks();
            }
            return;
        }
        target.checkUnchanged();
        List<String> some = users.subList(read, Math.min(users.size(), read + MAX_READ));
        services.profiles().load(target.home(), target.history(), some, steps.then("read profiles of " + target.profileIndex(), loaded -> {
            read += some.size();
            for (Stored stored : loaded.values()) {
                if (batch.applyTo(stored.profile(), storedTo)) {
                    changed.add(stored);
                    bytes += stored.profile().bytes();
                }
            }
            if (bytes >= MAX_BYTES) {
                dropStaleMarks();
            } else {
                next();
            }
        }));
    }

    /**
     * Drops the marks of log shards that do not exist any more, and those of other log shards that their stored progress covers, from
     * profiles with many. The mark of this log shard is replaced with each event.
     */
    private void dropStaleMarks() {
        List<Stored> marked = changed.stream().filter(stored -> stored.profile().markCount() > MANY_MARKS).toList();
        if (marked.isEmpty() == false && readTo == null) {
            services.progress().readTo(target.home(), steps.then("search the progress in " + target.profileIndex(), found -> {
                readTo = found;
                dropStaleMarks();
            }));
            return;
        }
        if (marked.isEmpty() == false) {
            Set<String> needed = neededKeys.get();
            marked.forEach(stored -> stored.profile().dropMarks((key, mark) -> {
                boolean isCovered = key.equals(target.logShardKey()) == false && mark <= readTo.getOrDefault(key, -1L);
                return isCovered || needed.contains(key) == false;
            }));
        }
        store();
    }

    private void store() {
        String write = "write profiles to " + target.profileIndex();
        services.profiles().save(target.home(), target.history(), changed, steps.then(write, stored -> {
            changed = new ArrayList<>();
            bytes = 0;
            next();
        }));
    }
}
