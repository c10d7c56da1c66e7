package org.opensearch.affinity.encode.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Jobs of one purpose that wait for a device, first come first served. Guarded by its queue's lock. */
final class WaitingJobs {
    private final Deque<EncodeJob> jobs = new ArrayDeque<>();
    private int texts;
    private long bytes;

    /** Texts that wait. */
    int texts() {
        return texts;
    }

    /** What they take on the heap. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /** The model of what has waited longest; there must be something. */
    String model() {
        return jobs.element().model();
    }

    void add(EncodeJob job) {
        jobs.add(job);
        texts += job.untaken();
        bytes += job.untakenBytes();
    }

    /** Up to so many of the texts that have waited longest, all of one model and cut alike. */
    List<EncodeJob.Part> take(int most) {
        List<EncodeJob.Part> slice = new ArrayList<>();
        int room = most;
        while (room > 0 && jobs.isEmpty() == false) {
            EncodeJob job = jobs.peek();
            if (slice.isEmpty() == false && job.runsWith(slice.getFirst().job()) == false) {
                break;
            }
            EncodeJob.Part part = job.take(room);
            slice.add(part);
            room -= part.size();
            leave(part);
            if (job.untaken() == 0) {
                jobs.poll();
            }
        }
        return slice;
    }

    /** What of the job no thread has taken, which waits no longer; of size 0 if there is nothing. */
    EncodeJob.Part remove(EncodeJob job) {
        EncodeJob.Part rest = job.take(job.untaken());
        if (jobs.remove(job)) {
            leave(rest);
        }
        return rest;
    }

    private void leave(EncodeJob.Part part) {
        texts -= part.size();
        bytes -= part.bytes();
    }
}
