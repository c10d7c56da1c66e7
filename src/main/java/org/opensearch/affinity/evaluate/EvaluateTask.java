package org.opensearch.affinity.evaluate;

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

/** An evaluation in the list of tasks, with its progress. Cancelling it cancels the searches that run. */
public final class EvaluateTask extends CancellableTask {
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong leaks = new AtomicLong();
    private volatile long total;

    EvaluateTask(long id, String type, String action, String description, TaskId parent, Map<String, String> headers) {
        super(id, type, action, description, parent, headers);
    }

    /**
     * How far it is.
     *
     * @param total queries there are, 0 until that is known
     * @param done  queries that were asked in all ways
     * @param leaks of these, how many were left out because the profile knew what came after
     */
    public record Progress(long total, long done, long leaks) implements Task.Status {
        public static final String NAME = "affinity_evaluate";

        public Progress(StreamInput in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readVLong());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVLong(total);
            out.writeVLong(done);
            out.writeVLong(leaks);
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

    void total(long queries) {
        total = queries;
    }

    void asked() {
        done.incrementAndGet();
    }

    void leaked() {
        leaks.incrementAndGet();
        asked();
    }

    Progress progress() {
        return new Progress(total, done.get(), leaks.get());
    }

    /** @throws TaskCancelledException when somebody cancelled it */
    void requireWanted() {
        if (isCancelled()) {
            throw new TaskCancelledException("[affinity] the evaluation was cancelled after [" + done.get() + "] of [" + total + "] queries");
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
