package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.CancellableTask;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The task of an evaluation, with its progress. Cancelling it cancels its running searches. */
public final class EvaluateTask extends CancellableTask {
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong leaks = new AtomicLong();
    private volatile long total;

    EvaluateTask(long id, String type, String action, String description, TaskId parent, Map<String, String> headers) {
        super(id, type, action, description, parent, headers);
    }

    /**
     * The progress of an evaluation.
     *
     * @param total number of queries, 0 until it is known
     * @param done  number of completed queries
     * @param leaks number of completed queries that were left out because the profile has an event at or after the query
     */
    public record Progress(long total, long done, long leaks) implements Task.Status {
        private static final Format FORMAT = Format.first(Progress.class);
        public static final String NAME = "affinity_evaluate";

        public Progress(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Progress(Frame in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVLong(total);
                out.writeVLong(done);
                out.writeVLong(leaks);
            }
        }

        @Override
        public String getWriteableName() {
            return NAME;
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            return builder.startObject().field("total", total).field("done", done).field("leaks", leaks).endObject();
        }
    }

    void setTotal(long queries) {
        total = queries;
    }

    void queryDone() {
        done.incrementAndGet();
    }

    void queryLeaked() {
        leaks.incrementAndGet();
        queryDone();
    }

    Progress progress() {
        return new Progress(total, done.get(), leaks.get());
    }

    /** @throws TaskCancelledException if the evaluation was cancelled */
    void requireNotCancelled() {
        if (isCancelled()) {
            throw new TaskCancelledException(
                "[affinity] the evaluation was cancelled after [" + done.get() + "] of [" + total + "] queries"
            );
        }
    }

    @Override
    public Status getStatus() {
        return progress();
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return true;
    }
}
