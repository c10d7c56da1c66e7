package org.opensearch.affinity.train;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.CancellableTask;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.Map;

/** The task of a training, with its progress. A cancelled training ends shortly after and leaves no model behind. */
public final class TrainTask extends CancellableTask {
    private volatile Progress progress = new Progress("waiting", 0);

    TrainTask(long id, String type, String action, String description, TaskId parent, Map<String, String> headers) {
        super(id, type, action, description, parent, headers);
    }

    /**
     * The progress of a training.
     *
     * @param step the current step
     * @param part the completed fraction of the step, from 0 to 1
     */
    public record Progress(String step, double part) implements Task.Status {
        private static final Format FORMAT = Format.first(Progress.class);
        public static final String NAME = "affinity_train";

        public Progress(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private Progress(Frame in) throws IOException {
            this(in.readString(), in.readDouble());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(step);
                out.writeDouble(part);
            }
        }

        @Override
        public String getWriteableName() {
            return NAME;
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            return builder.startObject().field("step", step).field("part", part).endObject();
        }
    }

    /** Begins a step, and returns its listener, which throws {@link TaskCancelledException} if the training was cancelled. */
    ProgressListener begin(String step) {
        ProgressListener listener = fraction -> {
            requireNotCancelled();
            progress = new Progress(step, fraction);
        };
        listener.at(0);
        return listener;
    }

    /** @throws TaskCancelledException if the training was cancelled */
    void requireNotCancelled() {
        if (isCancelled()) {
            throw new TaskCancelledException("[affinity] the training was cancelled while " + progress.step);
        }
    }

    @Override
    public Status getStatus() {
        return progress;
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return true;
    }
}
