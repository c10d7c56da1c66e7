package org.opensearch.affinity.encode.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The jobs of one purpose that wait for a device, in the order of their arrival. Guarded by the lock of the device's queue. */
final class WaitingJobs {
    private final Deque<EncodeJob> jobs = new ArrayDeque<>();
    private int texts;
    private long bytes;

    /** The number of waiting texts. */
    int texts() {
        return texts;
    }

    /** The bytes of the waiting texts on the heap. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /** The model of the first job; there must be one. */
    String model() {
        return jobs.element().model();
    }

    void add(EncodeJob job) {
        jobs.add(job);
        texts += job.untakenTexts();
        bytes += job.untakenBytes();
    }

    /** Takes up to {@code maxTexts} texts from the first jobs, all of one model and chunking. */
    List<EncodeJob.Part> take(int maxTexts) {
        List<EncodeJob.Part> slice = new ArrayList<>();
        int room = maxTexts;
        while (room > 0 && jobs.isEmpty() == false) {
            EncodeJob job = jobs.peek();
            if (slice.isEmpty() == false && job.isCompatibleWith(slice.getFirst().job()) == false) {
                break;
            }
            EncodeJob.Part part = job.take(room);
            slice.add(part);
            room -= part.size();
            subtract(part);
            if (job.untakenTexts() == 0) {
                jobs.poll();
            }
        }
        return slice;
    }

    /** Removes a job and returns the part of it that no thread has taken, which may be empty. */
    EncodeJob.Part remove(EncodeJob job) {
        EncodeJob.Part rest = job.take(job.untakenTexts());
        if (jobs.remove(job)) {
            subtract(rest);
        }
        return rest;
    }

    private void subtract(EncodeJob.Part part) {
        texts -= part.size();
        bytes -= part.bytes();
    }
}
