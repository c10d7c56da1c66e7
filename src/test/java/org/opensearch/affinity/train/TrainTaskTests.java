package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.Map;

public class TrainTaskTests extends OpenSearchTestCase {
    private static TrainTask task() {
        return new TrainTask(1, "transport", TrainAction.NAME, "tracker [t]", TaskId.EMPTY_TASK_ID, Map.of());
    }

    public void testProgress() throws IOException {
        TrainTask task = task();
        assertEquals(new TrainTask.Progress("waiting", 0), task.getStatus());
        ProgressListener listener = task.begin("reading the log");
        assertEquals(new TrainTask.Progress("reading the log", 0), task.getStatus());
        listener.part(0.5, 1).at(0.5);
        TrainTask.Progress progress = (TrainTask.Progress) task.getStatus();
        assertEquals(new TrainTask.Progress("reading the log", 0.75), progress);
        assertEquals(progress, copyWriteable(progress, writableRegistry(), TrainTask.Progress::new));
    }

    public void testCancellation() {
        TrainTask task = task();
        ProgressListener listener = task.begin("reading the log");
        task.requireNotCancelled();
        task.cancel("no longer needed");
        String message = "[affinity] the training was cancelled while reading the log";
        assertEquals(message, expectThrows(TaskCancelledException.class, task::requireNotCancelled).getMessage());
        assertEquals(message, expectThrows(TaskCancelledException.class, () -> listener.at(0.5)).getMessage());
        assertEquals(message, expectThrows(TaskCancelledException.class, () -> task.begin("learning weights")).getMessage());
    }
}
