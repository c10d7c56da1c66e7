package org.opensearch.affinity.encode.queue;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.action.ActionListener;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The texts of one request in the queue of a device. Several threads may take parts of it. The listener is called once: after the
 * last part, with all vectors or, if some texts failed, with {@link FailedTexts}; or earlier, with a failure of the whole job. The
 * job's reserved memory is released once, when no thread has a part of it any more. After a failure of the whole job that may be
 * later than the call of the listener.
 */
public final class EncodeJob {
    private static final Logger LOGGER = LogManager.getLogger(EncodeJob.class);

    /** Bytes of a string's headers and of the references to it. */
    private static final int TEXT_OVERHEAD_BYTES = 64;

    private final String model;
    private final Purpose purpose;
    private final Chunking chunking;
    private final List<String> texts;
    private final Releasable reservation;
    private final ActionListener<float[][]> listener;
    private final float[][] vectors;
    private final Exception[] failures;
    /** The number of texts that are neither encoded nor given up. */
    private final AtomicInteger unfinished;
    private final AtomicBoolean answered = new AtomicBoolean();
    /** The number of texts that threads have taken; guarded by the queue's lock. */
    private int taken;

    /**
     * @param texts       at least one
     * @param reservation reserved memory, released when the job needs it no more
     * @param listener    gets unit vectors in the order of the texts
     */
    public EncodeJob(
        String model,
        Purpose purpose,
        Chunking chunking,
        List<String> texts,
        Releasable reservation,
        ActionListener<float[][]> listener
    ) {
        this.model = model;
        this.purpose = purpose;
        this.chunking = chunking;
        this.texts = texts;
        this.reservation = reservation;
        this.listener = listener;
        this.vectors = new float[texts.size()][];
        this.failures = new Exception[texts.size()];
        this.unfinished = new AtomicInteger(texts.size());
    }

    /** The bytes of texts on the heap. */
    public static long bytes(List<String> texts) {
        long bytes = 0;
        for (String text : texts) {
            bytes += TEXT_OVERHEAD_BYTES + (long) text.length() * Character.BYTES;
        }
        return bytes;
    }

    String model() {
        return model;
    }

    Purpose purpose() {
        return purpose;
    }

    Chunking chunking() {
        return chunking;
    }

    /** Whether texts of both jobs can be in one slice. */
    boolean isCompatibleWith(EncodeJob other) {
        return model.equals(other.model) && purpose == other.purpose && chunking.equals(other.chunking);
    }

    /** The number of texts that no thread has taken. Called under the queue's lock. */
    int untakenTexts() {
        return texts.size() - taken;
    }

    /** The bytes on the heap of the texts that no thread has taken. Called under the queue's lock. */
    long untakenBytes() {
        return bytes(texts.subList(taken, texts.size()));
    }

    /** Takes at most {@code maxTexts} of the texts that no thread has taken. Called under the queue's lock. */
    Part take(int maxTexts) {
        int from = taken;
        taken += Math.min(maxTexts, untakenTexts());
        return new Part(from, taken);
    }

    /** Whether the listener was called or is being called. */
    public boolean isAnswered() {
        return answered.get();
    }

    /**
     * Fails the whole job, even if threads still have parts of it.
     *
     * @return false if the listener was called before
     */
    boolean fail(Exception e) {
        if (answered.compareAndSet(false, true) == false) {
            return false;
        }
        try {
            listener.onFailure(e);
        } catch (Exception thrown) {
            LOGGER.warn("[encode] a listener failed in onFailure", thrown);
        }
        return true;
    }

    private void answer() {
        if (Stream.of(failures).anyMatch(Objects::nonNull)) {
            fail(new FailedTexts(vectors, failures));
        } else {
            succeed();
        }
    }

    private void succeed() {
        if (answered.compareAndSet(false, true) == false) {
            return;
        }
        try {
            listener.onResponse(vectors);
        } catch (Exception e) {
            // Not thrown on: the thread continues with the texts of other callers.
            LOGGER.warn("[encode] a listener failed in onResponse", e);
        }
    }

    /** The texts {@code [from, to)} of this job, taken by one thread. */
    final class Part {
        private final int from;
        private final int to;

        private Part(int from, int to) {
            this.from = from;
            this.to = to;
        }

        EncodeJob job() {
            return EncodeJob.this;
        }

        int size() {
            return to - from;
        }

        long bytes() {
            return EncodeJob.bytes(texts());
        }

        List<String> texts() {
            return texts.subList(from, to);
        }

        /**
         * Stores the results of this part's texts, and calls the listener if this is the last part.
         *
         * @param encoded the results of a slice
         * @param offset  of this part's first text in the slice
         */
        void complete(EncodedTexts encoded, int offset) {
            System.arraycopy(encoded.vectors(), offset, vectors, from, size());
            System.arraycopy(encoded.failures(), offset, failures, from, size());
            if (finish()) {
                answer();
            }
        }

        /** Gives up this part. The caller must fail the job. */
        void drop() {
            finish();
        }

        /**
         * Returns whether this was the last unfinished part. The atomic counter makes the results of all parts visible to the thread
         * that finishes the last one.
         */
        private boolean finish() {
            boolean last = size() > 0 && unfinished.addAndGet(-size()) == 0;
            if (last) {
                reservation.close();
            }
            return last;
        }
    }
}
