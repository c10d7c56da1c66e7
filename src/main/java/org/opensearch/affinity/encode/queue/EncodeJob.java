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
 * One caller's texts on their way through the queue, taken in parts by several threads. The listener is
 * called once: when the last part is done, with all vectors or, if some texts failed, with {@link FailedTexts};
 * or earlier, with a failure of the job as a whole. What the job holds is given back once, when no thread has
 * any of it, which after such a failure may be later than the answer.
 */
public final class EncodeJob {
    private static final Logger logger = LogManager.getLogger(EncodeJob.class);

    /** A string's headers and the references to it. */
    private static final int TEXT_BYTES = 64;

    private final String model;
    private final Purpose purpose;
    private final Chunking chunking;
    private final List<String> texts;
    private final Releasable held;
    private final ActionListener<float[][]> listener;
    private final float[][] vectors;
    private final Exception[] failures;
    private final AtomicInteger open;
    private final AtomicBoolean answered = new AtomicBoolean();
    /** Texts before it are taken; guarded by the queue. */
    private int next;

    /**
     * @param texts at least one
     * @param held  closed when nothing of the job is in memory any more
     */
    public EncodeJob(
        String model,
        Purpose purpose,
        Chunking chunking,
        List<String> texts,
        Releasable held,
        ActionListener<float[][]> listener
    ) {
        this.model = model;
        this.purpose = purpose;
        this.chunking = chunking;
        this.texts = texts;
        this.held = held;
        this.listener = listener;
        this.vectors = new float[texts.size()][];
        this.failures = new Exception[texts.size()];
        this.open = new AtomicInteger(texts.size());
    }

    /** What texts take on the heap. */
    public static long bytes(List<String> texts) {
        long bytes = 0;
        for (String text : texts) {
            bytes += TEXT_BYTES + (long) text.length() * Character.BYTES;
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

    /** Whether texts of both may run in one call of the model. */
    boolean runsWith(EncodeJob other) {
        return model.equals(other.model) && purpose == other.purpose && chunking.equals(other.chunking);
    }

    /** Texts that no thread has taken yet; called under the queue's lock. */
    int untaken() {
        return texts.size() - next;
    }

    /** What the texts that no thread has taken yet take on the heap; called under the queue's lock. */
    long untakenBytes() {
        return bytes(texts.subList(next, texts.size()));
    }

    /** Takes at most so many of the texts; called under the queue's lock. */
    Part take(int most) {
        int from = next;
        next += Math.min(most, untaken());
        return new Part(from, next);
    }

    /** Whether the caller has its answer: what is still to do is for nobody. */
    public boolean isAnswered() {
        return answered.get();
    }

    /**
     * Answers at once, though threads may still have parts.
     *
     * @return false if the caller was answered before
     */
    boolean fail(Exception e) {
        if (answered.compareAndSet(false, true) == false) {
            return false;
        }
        try {
            listener.onFailure(e);
        } catch (Exception thrown) {
            logger.warn("[encode] a caller failed to take a failure", thrown);
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
            // The thread goes on with other callers' texts.
            logger.warn("[encode] a caller failed to take its vectors", e);
        }
    }

    /** Texts {@code [from, to)} of this job. */
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

        /** @param encoded holds what became of this part's texts, the first of them at {@code offset} */
        void complete(EncodedTexts encoded, int offset) {
            System.arraycopy(encoded.vectors(), offset, vectors, from, size());
            System.arraycopy(encoded.failures(), offset, failures, from, size());
            if (finish()) {
                answer();
            }
        }

        /** Gives this part up; the job is then to be failed. */
        void drop() {
            finish();
        }

        /** Returns whether all parts are done. The counter orders the writes of all of them before the answer. */
        private boolean finish() {
            boolean last = size() > 0 && open.addAndGet(-size()) == 0;
            if (last) {
                held.close();
            }
            return last;
        }
    }
}
