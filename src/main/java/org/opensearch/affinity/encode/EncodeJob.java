package org.opensearch.affinity.encode;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.core.action.ActionListener;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One caller's texts on their way through the queue, taken in parts by several threads. The listener is
 * called once, when the last part is done: with all vectors, or with the first failure of any part.
 */
final class EncodeJob {
    private static final Logger logger = LogManager.getLogger(EncodeJob.class);

    private final String model;
    private final List<String> texts;
    private final ActionListener<float[][]> listener;
    private final float[][] vectors;
    private final AtomicInteger open;
    private volatile Exception failure;
    /** Texts before it are taken; guarded by the queue. */
    private int next;

    EncodeJob(String model, List<String> texts, ActionListener<float[][]> listener) {
        this.model = model;
        this.texts = texts;
        this.listener = listener;
        this.vectors = new float[texts.size()][];
        this.open = new AtomicInteger(texts.size());
    }

    String model() {
        return model;
    }

    /** Texts that no thread has taken yet. */
    int untaken() {
        return texts.size() - next;
    }

    /** Takes at most so many of the texts; called under the queue's lock. */
    Part take(int most) {
        int from = next;
        next += Math.min(most, untaken());
        return new Part(from, next);
    }

    /** Fails the texts that nobody has taken. */
    void fail(Exception e) {
        take(untaken()).fail(e);
    }

    /** Texts {@code [from, to)} of this job. */
    final class Part {
        private final int from;
        private final int to;

        private Part(int from, int to) {
            this.from = from;
            this.to = to;
        }

        String model() {
            return model;
        }

        int size() {
            return to - from;
        }

        List<String> texts() {
            return texts.subList(from, to);
        }

        /** @param source holds this part's vectors, the first of them at {@code offset} */
        void complete(float[][] source, int offset) {
            System.arraycopy(source, offset, vectors, from, size());
            finish();
        }

        void fail(Exception e) {
            failure = e;
            finish();
        }

        /** The counter orders the writes of all parts before the answer. */
        private void finish() {
            if (open.addAndGet(-size()) == 0) {
                answer();
            }
        }
    }

    private void answer() {
        try {
            if (failure == null) {
                listener.onResponse(vectors);
            } else {
                listener.onFailure(failure);
            }
        } catch (Exception e) {
            // The thread goes on with other callers' texts.
            logger.warn("[encode] a caller failed to take its vectors", e);
        }
    }
}
